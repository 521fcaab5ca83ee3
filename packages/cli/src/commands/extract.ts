import { forJson, forMessage, hostile } from '@pstore-decode/formats/bytes';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { sha256 } from '../digest.js';
import { CliError } from '../errors.js';
import { exitStatus, statusOf } from '../exit-status.js';
import { fileTime } from '../extract/file-time.js';
import { openOutputFolder } from '../extract/output-folder.js';
import { manifestName, type PlannedFile, pathOf, planFiles } from '../extract/plan.js';
import { asSystemd } from '../extract/systemd.js';
import { checkTargets } from '../extract/targets.js';
import type { FoundRecord, InputReport } from '../inputs.js';
import { reportWriter } from '../json-documents.js';
import { count } from '../present/figures.js';
import type { ExtractedJson } from '../present/record-json.js';
import { isoTime } from '../present/time.js';

export interface ExtractFlags extends CommonFlags {
  readonly output: string;
  /** The tree of another program in place of the kernel's flat folder. */
  readonly as?: 'systemd';
  readonly force?: true;
}

/** Writes the files that the kernel would show, everything else to `recovered/`, and `manifest.json` last. */
export const extract: Command<ExtractFlags> = async (inputs, run) => {
  const { flags, io, ui } = run;
  const folder = flags.output.replace(/(?!^)\/+$/, '');
  if (folder === '' || folder === '-') {
    throw new CliError(
      '-o',
      'a folder is needed',
      'files cannot go to standard output; for the text alone: pstore-decode show',
    );
  }
  checkTargets(folder, [], flags.force === true, []);
  const reports = await readInputs(inputs, run, {}, true);
  const files = planFiles(reports, run.reading.liveOnly);
  const plan = flags.as === 'systemd' ? asSystemd(files) : files;
  if (io.signal.aborted || plan.length === 0) {
    if (io.signal.aborted) ui.note(`${folder}: nothing was written`);
    return statusOf(reports, flags.exitStatus === true);
  }
  const manifest = { folders: [], name: manifestName };
  checkTargets(
    folder,
    [...plan, manifest],
    flags.force === true,
    inputs.filter((input) => input !== '-'),
  );
  const output = openOutputFolder(folder, flags.force === true);
  try {
    for (const [i, file] of plan.entries()) {
      // A breath, in which Ctrl-C is heard. Without the manifest the folder says that it is not complete.
      await new Promise((resolve) => setImmediate(resolve));
      if (io.signal.aborted) {
        ui.note(`${folder}: interrupted; partial: ${count(i, 'file')} of ${plan.length} written, no ${manifestName}`);
        return exitStatus.interrupted;
      }
      output.write(file, [file.content], file.mtime === undefined ? null : fileTime(file.mtime));
    }
    const document = manifestOf(plan, reports);
    output.write(manifest, document, null);
    for (const piece of flags.json ? document : plan.map((file) => shownPath(folder, file))) io.stdout.write(piece);
  } finally {
    output.close();
  }
  ui.note(`${folder}: ${count(plan.length, 'file')} and ${manifestName} written`);
  return statusOf(reports, flags.exitStatus === true);
};

function shownPath(folder: string, file: PlannedFile): string {
  return `${forMessage(hostile(`${folder}/${pathOf(file)}`))}\n`;
}

/** The report document, with the file of each record beside it. */
function manifestOf(plan: readonly PlannedFile[], reports: readonly InputReport[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const writer = reportWriter({ write: (chunk) => pieces.push(Buffer.from(chunk)) });
  const written = new Map<FoundRecord, PlannedFile[]>();
  for (const file of plan) if (file.found !== null) written.set(file.found, [...(written.get(file.found) ?? []), file]);
  for (const [found, files] of written) writer.record(found, files.map(extractedJson));
  writer.end(reports);
  return pieces;
}

function extractedJson(file: PlannedFile): ExtractedJson {
  const mtime = file.mtime && isoTime(file.mtime);
  return {
    path: pathOf(file),
    bytes: file.content.length,
    sha256: sha256(file.content),
    ...(mtime !== undefined && { mtime }),
    ...(file.kept !== undefined && { name: forJson(hostile(file.kept.name)).text, missing: file.kept.missing }),
  };
}
