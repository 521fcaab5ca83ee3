import { type ReedSolomon, reedSolomon } from '@pstore-decode/formats/ecc';
import type { Seed } from '../mutate.js';
import { isSame, promise, type Target } from '../target.js';

/** The kernel's, and the edges of what the decoder takes. */
const codes: readonly ReedSolomon[] = [
  { parity: 16 },
  { parity: 1 },
  { parity: 7 },
  { parity: 32 },
  { parity: 64 },
  { parity: 16, polynomial: 0x187, firstRoot: 112, primitive: 11 },
].map((parameters) => reedSolomon(parameters));

/** Byte 0 chooses the code, byte 1 the number of erasures; then the erasures, the data and the parity. */
const headSize = 2;

function seed(codeIndex: number, length: number): Seed {
  const data = Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 0xff);
  return { bytes: Uint8Array.from([codeIndex, 0, ...data, ...(codes[codeIndex] as ReedSolomon).encode(data)]) };
}

export const eccTarget: Target = {
  name: 'ecc',
  covers: ['ecc/reedSolomon'],
  maxBytes: 320,
  slice: 2000,
  seeds: () =>
    codes.flatMap((code, i) =>
      [1, 12, 128, 255 - code.parity].map((length) => seed(i, Math.min(length, 255 - code.parity))),
    ),
  run(input) {
    const code = codes[(input[0] ?? 0) % codes.length] as ReedSolomon;
    const erasureCount = Math.min((input[1] ?? 0) % 70, Math.max(0, input.length - headSize));
    const block = input.slice(headSize + erasureCount, headSize + erasureCount + 255);
    if (block.length <= code.parity) return;
    const data = block.subarray(0, block.length - code.parity);
    const parity = block.subarray(data.length);
    const erasures = new Set(Array.from(input.subarray(headSize, headSize + erasureCount), (b) => b % block.length));
    const before = block.slice();
    for (const erased of [[], [...erasures]]) {
      const result = code.decode(data, parity, erased);
      promise(isSame(block, before), 'arguments are not changed');
      const isClean = code.isCodeword(data, parity);
      promise(isClean === isSame(code.encode(data), parity), 'a codeword has the parity of its data');
      if (!result.ok) {
        promise(!isClean, 'a codeword is never uncorrectable');
        continue;
      }
      const after = Uint8Array.from([...result.data, ...result.parity]);
      const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
      promise(code.isCodeword(result.data, result.parity), 'what is given as repaired is a codeword');
      promise(after.length === before.length, 'a repaired block is as long as before');
      promise(result.corrected === changed.length, 'corrected counts the changed bytes');
      promise(
        changed.length === result.positions.length && changed.every((at, i) => at === result.positions[i]),
        'positions name the changed bytes',
      );
      promise(isClean === (changed.length === 0), 'a codeword is left alone, nothing else is');
      promise(changed.length <= code.parity, 'no more bytes change than there are parity bytes');
    }
  },
};
