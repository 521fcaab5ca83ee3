import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import {
  crashSignature,
  deriveClock,
  formatFrame,
  formatLineTime,
  lineTimeFormats,
  matchSymbols,
  nameFrames,
  parsePrintkFacilities,
  parsePrintkLevels,
  printkLines,
  readSymbols,
  sameBoot,
  selectLines,
  sinceBoot,
  summarizeLog,
  symbolAt,
  symbolLookup,
  taintFlags,
} from '@pstore-decode/formats/payload';
import { makeVmlinux } from '../../packages/formats/test/payload/symbols/make-vmlinux.js';
import { promise, type Target, unless } from '../target.js';
import { vectorFolder } from '../vectors.js';

const oopses = join(vectorFolder, 'oops');

/** Texts of real kernels, every third of them. */
function realTexts(): Uint8Array[] {
  const paths = readdirSync(oopses, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.txt'));
  return paths
    .sort()
    .filter((_, i) => i % 3 === 0)
    .map((path) => Uint8Array.from(readFileSync(join(oopses, path))));
}

const prefixes =
  '<6>[    1.500000][    T1] a\n<c>b\n\x016c\nkern  :err   : [    2.500000] d\r\n[12345.678901] e\n<191>f';

const printkTarget: Target = {
  name: 'printk',
  covers: [
    'payload/printkLines',
    'payload/parsePrintkLevels',
    'payload/parsePrintkFacilities',
    'payload/selectLines',
    'payload/deriveClock',
    'payload/formatLineTime',
    'payload/sinceBoot',
  ],
  maxBytes: 8192,
  slice: 1000,
  seeds: () => [
    ...['err+,warn', '+notice', 'kern,daemon', prefixes].map((text) => ({ bytes: new TextEncoder().encode(text) })),
    ...realTexts()
      .slice(0, 9)
      .map((bytes) => ({ bytes })),
  ],
  run(bytes) {
    const lines = printkLines(bytes);
    let at = 0;
    for (const line of lines) {
      promise(line.range.start === at && line.range.end >= at, 'lines follow each other');
      promise(isWithin(line.message, line.range), 'a message is within its line');
      promise(line.level === undefined || (line.level >= 0 && line.level < 8), 'a level of eight');
      promise(line.time === undefined || Number.isSafeInteger(line.time), 'whole microseconds');
      at = line.range.end + 1;
    }
    promise(at === bytes.length || at === bytes.length + 1, 'every byte is in a line');
    const written = { seconds: 1_800_000_000n, nanoseconds: 1 };
    const clock = deriveClock(lines, written);
    promise(clock === null || Number.isSafeInteger(sinceBoot(clock, written)), 'times since boot are whole');
    for (const [i, line] of lines.entries()) {
      for (const format of lineTimeFormats) {
        const shown = formatLineTime(line, format, clock, lines[i - 1]);
        promise(/^[\x20-\x7e]{0,40}$/.test(shown), 'a time is short and plain');
      }
    }
    const words = new TextDecoder().decode(bytes.subarray(0, 40));
    for (const parse of [parsePrintkLevels, parsePrintkFacilities]) {
      const numbers = unless(RangeError, () => parse(words));
      promise(numbers === null || [...numbers].every((each) => each >= 0 && each < 24), 'names are of the list');
    }
    promise(selectLines(lines, bytes, {}).length === lines.length, 'no selection keeps all');
    promise(selectLines(lines, bytes, { pattern: /panic|oops/i, since: 0 }).length <= lines.length, 'some are kept');
  },
};

const crashTarget: Target = {
  name: 'crash-report',
  covers: ['summarizeLog', 'sameBoot', 'crashSignature', 'formatFrame', 'taintFlags'].map((name) => `payload/${name}`),
  maxBytes: 16384,
  slice: 300,
  seeds: () => realTexts().map((bytes) => ({ bytes })),
  run(bytes) {
    const whole = { start: 0, end: bytes.length };
    const { panic, cause, lead, reports } = summarizeLog(bytes);
    let last = -1;
    for (const report of reports) {
      const { title, range, trace, registers, userRegisters, code, signature, kind, top } = report;
      promise(title.from.start > last, 'reports stand in the order of their titles');
      last = title.from.start;
      promise(isWithin(range, whole) && isWithin(title.from, range), 'a title is within its report');
      for (const { from } of [...trace, ...registers, ...userRegisters, ...code, ...(top ? [top] : [])]) {
        promise(isWithin(from, whole), 'a value is within the text');
      }
      for (const value of Object.values(report)) {
        if (typeof value !== 'object' || !('from' in value)) continue;
        promise(isWithin(value.from, whole), 'a value is within the text');
      }
      promise(registers.length <= 128 && userRegisters.length <= 128, 'registers are few');
      promise(
        registers.every(({ name }) => /^[\w$ ]{1,16}$/.test(name)),
        'registers have names',
      );
      promise(/^v1:[a-z-]+:(?:\?|[\w.$<?]{1,2600})$/.test(signature), 'a signature is of our own alphabet');
      promise(crashSignature(kind, top, trace) === signature, 'a signature follows from the frames');
      for (const frame of trace) promise(/^[\w.$+/ [\]-]+$/.test(formatFrame(frame)), 'frames are of our own alphabet');
      promise(taintFlags(report.taint?.value ?? '').length < 64, 'taints are few');
    }
    promise((lead === undefined) === (reports.length === 0), 'a report leads where there is one');
    promise(cause === undefined || panic !== undefined, 'only a panic has a cause');
    for (const { a, b, sharedLines } of sameBoot([bytes, bytes.subarray(bytes.length >> 1), bytes.slice(0, 999)])) {
      promise(a < b && sharedLines >= 3, 'boots are the same by three lines');
    }
  },
};

const map =
  'ffffffff81000000 T _text\nffffffff81000100 t lkdtm_BUG\nffffffff81000107 W b\nffffffffc0000000 t c\t[mod]\n';
const log =
  'kernel BUG at a.c:1!\nRIP: 0010:lkdtm_BUG+0x5/0x7\nCall Trace:\n [<ffffffff81000105>] lkdtm_BUG+0x5/0x7\n 0xffffffff81000107\n';

const symbolsTarget: Target = {
  name: 'symbols',
  covers: ['readSymbols', 'symbolAt', 'symbolLookup', 'matchSymbols', 'nameFrames'].map((name) => `payload/${name}`),
  maxBytes: 4096,
  slice: 2000,
  seeds: () => [
    { bytes: new TextEncoder().encode(map) },
    ...([4, 8] as const).map((wordSize) => ({
      bytes: makeVmlinux(
        {
          symbols: ['_text', 'lkdtm_BUG', 'linux_banner'].map((name, i) => {
            return { name, address: BigInt(0x1000 + i * 0x800), isWeak: i === 1 };
          }),
          banner: 'Linux version 6.1.0 (x)',
          buildId: 'aa23f7a1231c229de205662d5a9e0d4c580f19a1',
        },
        wordSize,
        wordSize === 8,
      ),
      fields: [0x20, 0x28, 0x2e, 0x30, 0x3a, 0x3c].map((offset) => ({ offset, size: 2 })),
    })),
  ],
  run(bytes) {
    const symbols = readSymbols(bytes);
    if ('refused' in symbols) {
      promise(/^[\x20-\x7e]{1,200}$/.test(symbols.refused), 'a reason is short and plain');
      return;
    }
    promise(symbols.entries.length <= bytes.length, 'no more symbols than bytes');
    for (const address of symbols.addresses.subarray(0, 50)) {
      promise(symbolAt(symbols, address)?.offset === 0, 'a symbol begins at its address');
    }
    const summary = summarizeLog(new TextEncoder().encode(log));
    const match = matchSymbols(symbols, summary);
    if ('refused' in match) return;
    promise(match.agreeing <= match.checked, 'no more agree than are checked');
    for (const { trace } of summary.reports) {
      promise(nameFrames(trace, symbols, match).length === trace.length, 'every frame is kept');
    }
    symbolLookup(symbols, match.relocation ?? 0n)(0xffffffff81000107n);
  },
};

function isWithin(inner: ByteRange, outer: ByteRange): boolean {
  return inner.start >= outer.start && inner.start <= inner.end && inner.end <= outer.end;
}

export const crashTargets: readonly Target[] = [printkTarget, crashTarget, symbolsTarget];
