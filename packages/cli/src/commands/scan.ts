import { asciiJson, forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { ScanRow } from '@pstore-decode/media';
import type { Command } from '../command.js';
import { type ExitStatus, exitStatus } from '../exit-status.js';
import { refusalOf, searchOptions } from '../inputs.js';
import { count } from '../present/figures.js';
import { inputHeading } from '../present/heading.js';
import { wantsJson } from './json.js';

/** Where records may begin, as it is found; nothing is decoded. */
export const scan: Command = async (inputs, run) => {
  const { io, ui, flags, reading } = run;
  const isJson = wantsJson(flags);
  let rows = 0;
  let failed = false;
  for (const input of inputs) {
    if (inputs.length > 1 && !isJson) io.stdout.write(`${inputHeading(input)}\n`);
    const progress = reading.progressOf(input);
    const report = () => undefined;
    let medium = null;
    try {
      const onUnpack = (done: number, total: number) => progress.tell(done, total, 0);
      medium = await reading.engine.open(input, reading.signal, report, onUnpack);
      const options = { ...searchOptions(reading, medium, input), onProgress: progress.tell };
      for await (const row of reading.engine.scan(medium, report, options)) {
        progress.clear();
        const { addresses } = medium;
        io.stdout.write(isJson ? jsonLine(input, row, addresses) : textLine(row));
        rows += 1;
      }
    } catch (error) {
      if (reading.signal.aborted && error === reading.signal.reason) break;
      failed = true;
      ui.error(refusalOf(input, error));
    } finally {
      progress.clear();
      await medium?.close();
    }
  }
  ui.note(`${count(rows, 'place')}; nothing was decoded`);
  return statusOf(rows, failed, reading.signal.aborted);
};

function statusOf(rows: number, failed: boolean, interrupted: boolean): ExitStatus {
  if (interrupted) return exitStatus.interrupted;
  if (failed) return exitStatus.failed;
  return rows > 0 ? exitStatus.found : exitStatus.nothing;
}

function textLine({ offset, backend, kind, confidence }: ScanRow): string {
  const at = `0x${offset.toString(16)}`;
  return `${at.padStart(14)}  ${backend.padEnd(10)}  ${confidence.padEnd(6)}  ${forMessage(hostile(kind))}\n`;
}

function jsonLine(input: string, row: ScanRow, addresses: string | undefined): string {
  return `${asciiJson({ schema: 'pstore-decode/place/1', input, ...row, ...(addresses && { addresses }) })}\n`;
}
