import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PstoreRecord } from '../../src/index.js';
import { arrangementOf, encodeRamoops, type RamoopsRecord, ramoopsZones } from '../../src/ramoops/index.js';
import { bytesOf, codesOf, readAll, text } from './read.js';

const kernel = { major: 7, minor: 2 };
const sizes = { memSize: 0x10000, recordSize: 0x4000, consoleSize: 0x4000, ftraceSize: 0, pmsgSize: 0x4000 };
const ecc = 16;

/** A log that does not repeat itself much, as logs do. */
function log(first: string, lines: number, prefix: string): string {
  const rows = Array.from({ length: lines }, (_, i) => {
    const seconds = (i / 7).toFixed(6).padStart(12);
    return `${prefix}[${seconds}] device ${(i * 2654435761) % 4294967296}: state ${i % 13} is ${(i * 40503) % 65536}\n`;
  });
  return first + rows.join('');
}

const oops = log('Oops#1 Part1\n', 300, '<6>');
const panic = log('Panic#2 Part1\n', 320, '<4>');
const console = log('', 400, '');
const pmsg = Array.from({ length: 700 }, (_, i) => `user ${i} says ${(i * 2654435761) % 4294967296}\n`).join('');
const time = (seconds: bigint) => ({ seconds, nanoseconds: 123_456_000 });
const packed = (text: string) => new Uint8Array(deflateRawSync(text));

const records: RamoopsRecord[] = [
  { type: 'dmesg', index: 0, payload: packed(oops), time: time(1795210805n), compressed: true },
  { type: 'dmesg', index: 1, payload: packed(panic), time: time(1795210905n), compressed: true },
  { type: 'console', payload: bytesOf(console) },
  { type: 'pmsg', payload: bytesOf(pmsg) },
];

function medium(eccSize: number, of = records): Uint8Array<ArrayBuffer> {
  const zones = ramoopsZones({ ...sizes, eccSize }, arrangementOf(kernel), 1) ?? [];
  return encodeRamoops({ zones, records: of, memSize: sizes.memSize, eccSize, kernel });
}

/** Zones by their places. */
const at = { oops: 0, panic: 0x4000, console: 0x8000, pmsg: 0xc000 } as const;
/** Of the payload of a dump, from its zone. */
const payloadAt = 12 + 24;

type Damage = (bytes: Uint8Array) => void;
const set =
  (place: number, ...bytes: number[]): Damage =>
  (medium) =>
    medium.set(bytes, place);
const flip =
  (place: number, bits: number): Damage =>
  (medium) =>
    medium.set([(medium[place] ?? 0) ^ bits], place);
const fill =
  (start: number, end: number, byte: number): Damage =>
  (medium) =>
    medium.fill(byte, start, end);

interface Sickness {
  readonly name: string;
  readonly eccSize?: number;
  readonly damage: readonly Damage[];
  readonly type: PstoreRecord['type'];
  readonly state: PstoreRecord['state'];
  readonly grade: PstoreRecord['grade'];
  readonly codes: readonly string[];
  /** The text; null where some of it is gone. */
  readonly says: string | null;
}

const full = (text: string, capacity: number) => text.slice(-capacity);
const plainRing = full(console, 0x4000 - 12);
const garbage: Damage = (medium) => {
  for (let i = 0, seed = 7; i < 12; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    medium[at.panic + i] = seed >> 16;
  }
};

const sicknesses: readonly Sickness[] = [
  {
    name: 'a signature with a flipped bit',
    damage: [flip(at.console + 1, 0x08)],
    type: 'console',
    state: 'hidden',
    grade: 'probable',
    codes: ['recovered.header'],
    says: plainRing,
  },
  {
    name: 'a header overwritten, its parity whole',
    eccSize: ecc,
    damage: [garbage],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.header'],
    says: panic,
  },
  {
    name: 'a header overwritten, no parity: a stream ends by itself',
    damage: [garbage],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.bounds'],
    says: panic,
  },
  {
    name: 'a removed dump',
    damage: [fill(at.panic + 4, at.panic + 12, 0)],
    type: 'dmesg',
    state: 'erased',
    grade: 'certain',
    codes: ['recovered.erased'],
    says: panic,
  },
  {
    name: 'a size that ends inside the stream',
    damage: [set(at.panic + 4, 0, 2, 0, 0, 0, 2, 0, 0)],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.bounds'],
    says: panic,
  },
  {
    name: 'a header line with a wrong byte',
    damage: [set(at.panic + 12, 0x21)],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.line'],
    says: panic,
  },
  {
    name: 'a compressed dump marked as plain',
    damage: [set(at.panic + payloadAt - 2, 0x44)],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.bounds'],
    says: panic,
  },
  {
    name: 'a header line that is gone',
    damage: [fill(at.panic + 12, at.panic + payloadAt, 0xff)],
    type: 'dmesg',
    state: 'hidden',
    grade: 'certain',
    codes: ['recovered.line'],
    says: panic,
  },
  {
    name: 'a stream with a wrong byte in its tables',
    damage: [flip(at.panic + payloadAt + 2, 0x68)],
    type: 'dmesg',
    state: 'hidden',
    grade: 'probable',
    codes: ['recovered.mended'],
    says: panic,
  },
  {
    name: 'an emptied console',
    damage: [fill(at.console + 4, at.console + 12, 0)],
    type: 'console',
    state: 'erased',
    grade: 'probable',
    codes: ['recovered.erased', 'recovered.order'],
    says: plainRing,
  },
  {
    name: 'a console without a header: the times tell where it begins',
    damage: [fill(at.console, at.console + 12, 0xa5)],
    type: 'console',
    state: 'hidden',
    grade: 'probable',
    codes: ['recovered.area', 'recovered.order'],
    says: plainRing,
  },
  {
    name: 'a hole in a ring without a header',
    damage: [fill(at.console, at.console + 12, 0xa5), fill(at.console + 5000, at.console + 7000, 0)],
    type: 'console',
    state: 'hidden',
    grade: 'probable',
    codes: ['recovered.gaps'],
    says: null,
  },
];

describe('what the kernel gives up on', () => {
  test.for(sicknesses)('$name', ({ eccSize = 0, damage, type, state, grade, codes, says }) => {
    const whole = medium(eccSize);
    const bytes = whole.slice();
    for (const wound of damage) wound(bytes);
    const { records } = readAll(bytes);
    const found = records.filter((record) => record.state !== 'live');
    expect(found.map((record) => [record.type, record.state, record.grade])).toEqual([[type, state, grade]]);
    const [record] = found as [PstoreRecord];
    for (const code of codes) expect(codesOf(record.findings)).toContain(code);
    if (says !== null) expect(text(record.text.bytes)).toBe(says);
    else {
      // A hole cuts two lines and takes what lies in it; nothing is invented.
      const lines = new Set(console.split('\n'));
      const shown = text(record.text.bytes).split('\n');
      expect(shown.length).toBeGreaterThan(150);
      expect(shown.filter((line) => !lines.has(line)).length).toBeLessThanOrEqual(3);
    }
    expect(record.file).toBeUndefined();
  });

  test.for([0, ecc])('nothing beside the live records of a whole medium, ECC %i', (eccSize) => {
    const { records } = readAll(medium(eccSize));
    expect(records.map(({ state, grade }) => [state, grade])).toEqual(Array(4).fill(['live', undefined]));
  });

  test('a block with more blank bytes than the kernel can correct', () => {
    const bytes = medium(ecc);
    bytes.fill(0xa5, at.console, at.console + 12);
    bytes.fill(0, at.console + 500, at.console + 513);
    const found = readAll(bytes).records.find(({ type }) => type === 'console');
    expect(found).toMatchObject({ state: 'hidden', grade: 'certain' });
    expect(text(found?.text.bytes ?? new Uint8Array())).toBe(full(console, found?.text.bytes.length ?? 0));
  });

  test('what an older console left behind a shorter one', () => {
    const bytes = medium(0);
    bytes.set(bytesOf('[    0.000000] a new boot\n'), at.console + 12);
    bytes.set([26, 0, 0, 0, 26, 0, 0, 0], at.console + 4);
    const found = readAll(bytes).records.filter(({ type }) => type === 'console');
    expect(found.map(({ state, grade }) => [state, grade])).toEqual([
      ['live', undefined],
      ['stale', 'probable'],
    ]);
    const lines = new Set(console.split('\n'));
    const older = text(found[1]?.text.bytes ?? new Uint8Array())
      .split('\n')
      .slice(0, -1);
    expect(older.length).toBeGreaterThan(300);
    // One line is cut by the end of the ring, one by where it had begun.
    expect(older.filter((line) => !lines.has(line)).length).toBeLessThanOrEqual(2);
  });

  test('equal text is shown once, and told of', () => {
    const bytes = medium(0);
    bytes.copyWithin(at.panic, at.oops, at.oops + 0x4000);
    bytes.set([0x00, 0x00, 0x00, 0x00], at.panic);
    const { records, findings } = readAll(bytes);
    expect(records.filter(({ type }) => type === 'dmesg').length).toBe(1);
    expect(codesOf(findings)).toContain('recovered.same');
  });

  test('a dump in a medium without any structure', () => {
    const bytes = new Uint8Array(0x8000).fill(0x5a);
    bytes.set(bytesOf('====1795210905.123456-C\n'), 0x1234);
    bytes.set(packed(panic), 0x1234 + 24);
    const { records } = readAll(bytes);
    expect(records.map(({ state, grade }) => [state, grade])).toEqual([['carved', 'probable']]);
    expect(text(records[0]?.text.bytes ?? new Uint8Array())).toBe(panic);
    expect(records[0]?.stored.start).toBe(0x1234);
  });

  test('the view of a named kernel has nothing that was recovered', () => {
    const bytes = medium(0);
    bytes.fill(0xa5, at.console, at.console + 12);
    const { records } = readAll(bytes, { asKernel: kernel });
    expect(records.every(({ type, state }) => type !== 'console' && state === 'live')).toBe(true);
  });
});

describe('wrong bits in a stream of a kernel', () => {
  const base = readFileSync(new URL('../../../../test-vectors/ramoops/damaged-noecc-7.2/base.bin', import.meta.url));
  const [, whole] = readAll(new Uint8Array(base)).records;
  const payload = 0x4024;
  const mendedBy = (bits: readonly number[]) => {
    const medium = new Uint8Array(base);
    for (const bit of bits) flip(payload + (bit >> 3), 1 << (bit & 7))(medium);
    return readAll(medium).records.find(({ findings }) => findings.some(({ code }) => code === 'recovered.mended'));
  };

  test('far apart, they are changed back', () => {
    const record = mendedBy([3275, 5230, 13242, 14055, 17396]);
    expect([record?.state, record?.grade]).toEqual(['hidden', 'probable']);
    expect(text(record?.text.bytes as Uint8Array)).toBe(text(whole?.text.bytes as Uint8Array));
  });

  test('close together, they only may be the right ones', () => {
    expect(mendedBy([13242, 13243])?.grade).toBe('possible');
  });

  test('behind a hole, lines without one are read', () => {
    const medium = new Uint8Array(base);
    medium.fill(0xff, payload + 1500, payload + 1516);
    const record = readAll(medium).records.find(({ findings }) =>
      findings.some(({ code }) => code === 'recovered.gaps'),
    );
    expect([record?.state, record?.grade]).toEqual(['hidden', 'probable']);
    const truth = text(whole?.text.bytes as Uint8Array).split('\n');
    const lines = text(record?.text.bytes as Uint8Array).split('\n');
    expect(lines.filter((line) => !truth.includes(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(truth.length / 2);
    expect(truth.indexOf(lines.at(-2) as string)).toBeGreaterThan(truth.length - 20);
  });
});
