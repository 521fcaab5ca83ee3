import { describe, expect, test } from 'vitest';
import { carve } from '../../src/dump/index.js';
import { fuel, type PstoreRecord, trace } from '../../src/index.js';
import { log, streams } from './streams.js';

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const line = '<6>[   12.345678] usb 1-1: new high-speed USB device\n';
const consoleLine = line.slice(3);

/** What is carved out of these, between bytes without structure that begin at 1000. */
function carveAmong(...pieces: readonly (string | Uint8Array)[]): PstoreRecord[] {
  const parts = pieces.flatMap((piece, i) => [noise(3000 + i), Buffer.from(piece as string, 'latin1')]);
  const medium = new Uint8Array(Buffer.concat([...parts, noise(3000)]));
  return [...carve(trace(medium, 1000), {}, fuel())];
}

function noise(length: number): Uint8Array {
  let state = length;
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 0x41c64e6d) + 0x3039) >>> 0;
    return 0x80 | (state >>> 24);
  });
}

describe('in bytes without structure', () => {
  test.for(streams)('a dump that $name compressed', ({ stream, text }) => {
    const [record, ...others] = carveAmong(stream);
    expect(others).toEqual([]);
    // Nothing says where a stream without a mark at its end is over: garbage follows, and a line or two may be lost.
    const found = latin(record?.text.bytes ?? stream);
    expect(latin(text).startsWith(found)).toBe(true);
    expect(text.length - found.length).toBeLessThan(3 * line.length);
    expect(record).toMatchObject({ backend: 'unknown', type: 'dmesg', state: 'carved', stored: { start: 4000 } });
  });

  test('a plain dump is one record, and not its lines again', () => {
    const records = carveAmong(new Uint8Array(log));
    expect(records.map(({ reason }) => reason)).toEqual(['Panic']);
  });

  test('copies are given as often as they stand there', () => {
    const stream = streams[0]?.stream ?? new Uint8Array();
    expect(carveAmong(new Uint8Array(Buffer.concat([stream, stream])))).toHaveLength(2);
  });

  test('lines with times, those near to each other together', () => {
    const records = carveAmong(line.repeat(3), consoleLine.repeat(4));
    expect(records.map(({ type, grade, text }) => [type, grade, latin(text.bytes)])).toEqual([
      ['dmesg', 'possible', line.repeat(3)],
      ['console', 'possible', consoleLine.repeat(4)],
    ]);
  });

  test('what damage made of a line is left out', () => {
    const [record] = carveAmong(`${line.repeat(2)}<6>[   12.3\x01\x02\x03${line.repeat(2)}`);
    expect(latin(record?.text.bytes ?? new Uint8Array())).toBe(line.repeat(4));
    expect(record?.payload.bytes.length).toBeGreaterThan(line.length * 4);
  });

  test.for([
    ['two lines', line.repeat(2)],
    ['quoted lines', ` * ${line}`.repeat(10)],
    ['lines without times', 'usb 1-1: new high-speed USB device\n'.repeat(10)],
    ['nothing', ''],
  ] as const)('%s are no log', ([, text]) => {
    expect(carveAmong(text)).toEqual([]);
  });
});
