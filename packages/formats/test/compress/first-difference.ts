/** Where two byte strings part: an offset, or null when they are equal. Fast where `toEqual` takes seconds. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number | null {
  if (Buffer.from(a.buffer, a.byteOffset, a.length).equals(b)) return null;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? Math.min(a.length, b.length) : at;
}
