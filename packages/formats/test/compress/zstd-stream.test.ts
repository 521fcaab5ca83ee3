import { readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { xxhash64, xxhash64Sum } from '../../src/compress/xxhash64.js';
import { zstd } from '../../src/compress/zstd.js';
import { zstdBlockSize, zstdFrame, zstdHeadSize } from '../../src/compress/zstd-stream.js';
import { firstDifference } from './first-difference.js';

const runs = { seed: 8878, numRuns: 250 };
const maxOutput = 1 << 20;

const file: {
  readonly streams: readonly { readonly text: string; readonly arguments: string; readonly stream: string }[];
} = JSON.parse(readFileSync(new URL('../../../../test-vectors/codecs/zstd.json', import.meta.url), 'utf8'));
const vectors = file.streams.map(({ text, arguments: flags, stream }) => ({
  name: `${text}, ${flags}`,
  stream: new Uint8Array(Buffer.from(stream, 'base64')),
}));

/** The text of the first frame, and why it broke off. Each block is seen by itself. */
function decoded(stream: Uint8Array): { readonly bytes: Uint8Array; readonly reason: string | null } {
  const frame = zstdFrame(stream.slice(0, zstdHeadSize));
  if (typeof frame === 'string') return { bytes: new Uint8Array(0), reason: frame };
  const texts: Uint8Array[] = [];
  let at = frame.headerSize;
  let fault: string | null = null;
  for (;;) {
    const size = zstdBlockSize(stream.subarray(at));
    const { text, next, reason = null } = frame.decode(stream.slice(at, at + size));
    texts.push(text.slice());
    fault ??= reason;
    if (next === 'broken') return { bytes: Buffer.concat(texts), reason: fault };
    at += size;
    if (next === 'end') break;
  }
  const reason = fault ?? frame.check(stream.slice(at, at + frame.checksumSize));
  return { bytes: Buffer.concat(texts), reason };
}

test.each(vectors)('$name: block by block the same as at once', ({ stream }) => {
  const { bytes, complete } = zstd.decompress(stream, { maxOutput });
  expect(complete).toBe(true);
  const streamed = decoded(stream);
  expect(firstDifference(streamed.bytes, bytes)).toBeNull();
  expect(streamed.reason).toBeNull();
});

test.prop([fc.constantFrom(...vectors), fc.nat(), fc.nat()], runs)(
  'damage is met where it is met at once',
  ({ stream }, place, change) => {
    const damaged = stream.slice();
    damaged[4 + (place % (damaged.length - 4))]! ^= 1 + (change % 255);
    const { bytes, reason } = zstd.decompress(damaged, { maxOutput });
    const streamed = decoded(damaged);
    if (streamed.reason?.startsWith('a window of') === true) return; // which only this one looks at
    expect(streamed.bytes.length).toBeLessThanOrEqual(bytes.length);
    expect(firstDifference(streamed.bytes, bytes.subarray(0, streamed.bytes.length))).toBeNull();
    if (reason === undefined) expect(streamed.reason).toBeNull();
    else if (streamed.bytes.length < bytes.length) expect(streamed.reason).not.toBeNull();
  },
);

describe('a window', () => {
  /** A frame of raw blocks of 128 KiB of one letter each, and a match of 128 KiB at `distance` behind them. */
  const frame = (windowByte: number, letters: string) => {
    const block = 128 << 10;
    const parts = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, windowByte)];
    for (const [i, letter] of [...letters].entries()) {
      const header = (i === letters.length - 1 ? 1 : 0) + 2 + 8 * block;
      parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16, letter.charCodeAt(0)));
    }
    return Buffer.concat(parts);
  };

  test('of 1 KiB: text goes on far behind it', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const { bytes, reason } = decoded(new Uint8Array(frame(0, letters)));
    expect(reason).toBeNull();
    expect([...letters].map((_, i) => String.fromCharCode(bytes[(i << 17) + 99]!)).join('')).toBe(letters);
  });

  test.each([
    [27 - 10, 0, true],
    [27 - 10, 1, false],
    [31, 7, false],
  ])('of 2^(10 + %i) and %i eighths is taken: %s', (exponent, eighths, isTaken) => {
    const head = frame(exponent * 8 + eighths, 'a').subarray(0, zstdHeadSize);
    expect(typeof zstdFrame(new Uint8Array(head)) !== 'string').toBe(isTaken);
  });
});

test.prop([fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(100), { maxLength: 8 })], runs)(
  'a checksum does not depend on the pieces that its bytes come in',
  (bytes, lengths) => {
    const sum = xxhash64Sum();
    let at = 0;
    for (const length of [...lengths, bytes.length]) {
      sum.add(bytes.subarray(at, at + length));
      at = Math.min(bytes.length, at + length);
    }
    expect(sum.value()).toBe(xxhash64(bytes));
  },
);
