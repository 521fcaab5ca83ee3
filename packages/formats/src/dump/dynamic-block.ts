/**
 * True when a deflate block with codes of its own may begin with these bytes: of random ones that is one in 200, and
 * looking costs next to nothing. Its kind, the numbers of its codes and the code of their lengths must be sane
 * (RFC 1951, 3.2.7).
 */
export function isDynamicBlock(bytes: Uint8Array): boolean {
  if (bytes.length < longestHead) return false;
  const read = (at: number, count: number) => {
    const two = (bytes[at >> 3] as number) | ((bytes[(at >> 3) + 1] as number) << 8);
    return (two >> (at & 7)) & ((1 << count) - 1);
  };
  if (read(1, 2) !== 2 || read(3, 5) > mostLiterals || read(8, 5) > mostDistances) return false;
  let left = 1 << 7;
  for (let i = 0; i < read(13, 4) + 4; i++) {
    const length = read(17 + 3 * i, 3);
    left -= length === 0 ? 0 : (1 << 7) >> length;
  }
  return left === 0;
}

/** Kind, three numbers and 19 lengths of 3 bits, and a byte to read over. */
const longestHead = 11;

/** 286 and 30 codes, less the 257 and 1 that there always are. */
const mostLiterals = 29;
const mostDistances = 29;
