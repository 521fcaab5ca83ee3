/** How well a byte follows another, in bits. */
export type LetterFit = (before: number, byte: number) => number;

/**
 * How well one byte follows another in the way of a text, in bits: what the one before says about the next, above 0 where
 * they go together. Pairs that are rare are judged by their classes.
 */
export function letterFit(text: Uint8Array): LetterFit {
  const pairs = new Uint32Array(1 << 16);
  const classPairs = new Uint32Array(classCount * classCount);
  const bytes = new Uint32Array(256);
  const classes = new Uint32Array(classCount);
  let last = text[0] ?? 0;
  for (const byte of text) {
    pairs[(last << 8) | byte] = (pairs[(last << 8) | byte] as number) + 1;
    const classPair = classOf(last) * classCount + classOf(byte);
    classPairs[classPair] = (classPairs[classPair] as number) + 1;
    bytes[byte] = (bytes[byte] as number) + 1;
    classes[classOf(byte)] = (classes[classOf(byte)] as number) + 1;
    last = byte;
  }
  const total = text.length;
  return (before, byte) => {
    const single = ((bytes[byte] as number) + 0.2) / (total + 51);
    const ofClass = ((classes[classOf(byte)] as number) + 1) / (total + 59);
    const classPair = classPairs[classOf(before) * classCount + classOf(byte)] as number;
    const afterClass = (classPair + 1) / ((classes[classOf(before)] as number) + classCount);
    const byClass = (afterClass * single) / ofClass;
    const pair = pairs[(before << 8) | byte] as number;
    return Math.log2((pair + 8 * byClass) / ((bytes[before] as number) + 8) / single);
  };
}

const classCount = 8;

function classOf(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return 0;
  if (byte >= 0x30 && byte <= 0x39) return 1;
  if (byte >= 0x41 && byte <= 0x5a) return 2;
  if (byte === 0x20) return 3;
  if (byte === 0x0a) return 4;
  if (byte === 0x5f || (byte >= 0x2d && byte <= 0x2f)) return 5;
  return byte < 0x80 ? 6 : 7;
}
