import { parseKernelVersion } from '@pstore-decode/formats';
import { fuel, trace } from '@pstore-decode/formats/bytes';
import { compressors } from '@pstore-decode/formats/compress';
import { kernelDumpText, readCompressedDump } from '@pstore-decode/formats/dump';
import { streams } from '../../packages/formats/test/dump/streams.js';
import { checkFinding } from '../invariants.js';
import { isSame, promise, type Target } from '../target.js';

const kernels = ['3.12', '4.14', '6.1', '7.2'].map(parseKernelVersion);
const named = [undefined, ...compressors.map(({ name }) => name)];
const start = 0x1000;

/** The text of a dump, whatever its compressor: found from the bytes, or named. */
export const dumpTarget: Target = {
  name: 'dump',
  covers: ['dump/readCompressedDump', 'dump/kernelDumpText'],
  maxBytes: 16384,
  slice: 500,
  variants: named.length,
  seeds: () => streams.map(({ stream }) => ({ bytes: stream })),
  run(stream, variant) {
    const before = stream.slice();
    const source = trace(stream, start);
    const compression = named[variant];
    const third = Math.floor(stream.length / 3);
    const doubtful = variant % 2 === 0 ? [] : [{ start: start + third, end: start + 2 * third }];
    const reading = readCompressedDump(source, doubtful, compression === undefined ? {} : { compression }, fuel());
    const { payload, text, findings, complete } = reading;
    for (const finding of findings) checkFinding(finding);
    for (const { bytes, spans } of [payload, text]) {
      promise(spans.reduce((sum, span) => sum + span.length, 0) === bytes.length, 'spans cover the bytes');
      const isInside = spans.every(
        ({ from }) => from !== null && from.start >= start && from.end <= start + stream.length,
      );
      promise(isInside, 'every byte stems from the stream');
    }
    promise(
      text.bytes.length === 0 || isSame(payload.bytes.subarray(0, text.bytes.length), text.bytes),
      'text begins the payload',
    );
    promise(!complete || text.bytes.length === payload.bytes.length, 'a complete stream is text as a whole');
    promise(findings.length > 0, 'how the text was got is told');
    for (const kernel of kernels) {
      const shown = kernelDumpText(source, reading, 4096, kernel);
      promise(shown === null || shown.bytes.length <= 3 * 4096, 'a kernel has room for what it shows');
    }
    promise(isSame(stream, before), 'the input is not changed');
  },
};
