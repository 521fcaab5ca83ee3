import { reedSolomon } from '@pstore-decode/formats/ecc';
import { expect, test } from 'vitest';

/**
 * A console zone of 512 bytes with 16 parity bytes a block: header of 12 bytes, ring of 420 bytes that has wrapped at
 * 40, parity of its four blocks, parity of the header.
 */
const header = '4442474328000000a4010000';
const parityOfBlocks = [
  '9b6d5102012ec929eebc24ef5540d63b',
  'fd8bd21787a3abe1bb205955c2c30006',
  'e52b0ee5edaa3a93f8ab50cf795d6455',
  'b261512595d21d33c017211a157d6e78',
];
const parityOfHeader = 'b92901207a13a6b3a811a54a3cdc798d';

const log = Array.from({ length: 40 }, (_, i) => `line ${String(i).padStart(2, '0')}: console text\n`).join('');
const kept = Buffer.from(log).subarray(-420);
const ring = Buffer.concat([kept.subarray(420 - 40), kept.subarray(0, 420 - 40)]);
const zone = Buffer.concat([
  Buffer.from(header, 'hex'),
  ring,
  Buffer.from(parityOfBlocks.join('') + parityOfHeader, 'hex'),
]);
const codec = reedSolomon({ parity: 16 });

/** Data and parity of the header and of the four blocks. */
function blocksOf(bytes: Uint8Array): [data: Uint8Array, parity: Uint8Array][] {
  const blocks = [0, 1, 2, 3].map((i): [Uint8Array, Uint8Array] => {
    const data = bytes.subarray(12 + 128 * i, Math.min(12 + 128 * (i + 1), 432));
    return [data, bytes.subarray(432 + 16 * i, 448 + 16 * i)];
  });
  return [[bytes.subarray(0, 12), bytes.subarray(496)], ...blocks];
}

test('the undamaged zone is clean', () => {
  expect(zone.length).toBe(512);
  expect(ring.toString('latin1', 40, 60)).toBe('t\nline 21: console t');
  expect(blocksOf(zone).map(([data, parity]) => codec.isCodeword(data, parity))).toEqual(Array(5).fill(true));
});

test('damage to the size, to block 0 and to block 1 is corrected and counted as by the kernel', () => {
  const wrong = Uint8Array.from(zone);
  wrong[0x08]! ^= 0x40;
  wrong[0x11]! ^= 0xff;
  wrong[0xd4]! ^= 0x01;
  const results = blocksOf(wrong).map(([data, parity]) => codec.decode(data, parity));
  expect(results.map((r) => (r.ok ? r.corrected : null))).toEqual([1, 1, 1, 0, 0]);
  expect(results.map((r) => (r.ok ? r.positions : null))).toEqual([[8], [5], [0xd4 - 12 - 128], [], []]);
  const data = results.map((r) => (r.ok ? r.data : expect.fail('uncorrectable')));
  expect(Buffer.concat(data)).toEqual(zone.subarray(0, 432));
});
