/** An 842 stream, its bits up to the padding (the last 32 are the CRC-32), and its templates in order, END included. */
export interface Encoded842 {
  readonly stream: Uint8Array<ArrayBuffer>;
  readonly bits: number;
  readonly templates: readonly number[];
}

/** Says which of `count` ways to go, 0 up to below `count`; where they differ in length, 0 is the shortest. */
export type Pick = (count: number) => number;

/**
 * `text` in the software form of 842. At each place `pick` chooses among all templates that can stand there, short data
 * included, then among the indices that hold the same bytes, and how often to repeat. Without it the stream is about the
 * kernel's: the shortest template for each group, short data at the end only.
 */
export function encode842(text: Uint8Array, pick: Pick = () => 0): Encoded842 {
  const { put, ended } = bitWriter();
  const templates: number[] = [];
  for (let at = 0; at < text.length; ) {
    const indices = indicesAt(text, at);
    const ways = templatesAt(text, at, indices);
    const template = ways[pick(ways.length)] as number;
    templates.push(template);
    put(template, 5);
    if (template === repeat) {
      const most = repeatsAt(text, at);
      const times = most - pick(most);
      put(times - 1, 6);
      at += 8 * times;
    } else if (template === shortData) {
      const most = Math.min(7, text.length - at);
      const size = most - pick(most);
      put(size, 3);
      for (const byte of text.subarray(at, at + size)) put(byte, 8);
      at += size;
    } else {
      for (const { indexed, size, offset } of partsOf[template] ?? []) {
        const choice = indexed ? indices(offset, size) : [];
        if (indexed) put(choice[pick(choice.length)] as number, indexBits(size));
        else for (const byte of text.subarray(at + offset, at + offset + size)) put(byte, 8);
      }
      at += 8;
    }
  }
  templates.push(theEnd);
  put(theEnd, 5);
  put(crc842(text), 32);
  return { ...ended(), templates };
}

/** Groups of the NX unit, each behind `padding` bytes: whole groups of 8 bytes only, the last one filled up. */
export function encode842Nx(
  texts: readonly Uint8Array[],
  { padding = 0, pick }: { readonly padding?: number; readonly pick?: Pick } = {},
): Uint8Array<ArrayBuffer> {
  const last = texts.at(-1)?.length ?? 0;
  const filled = texts.map((text) => {
    const whole = new Uint8Array(8 * Math.ceil(text.length / 8));
    whole.set(text);
    return whole;
  });
  const streams = filled.map((text) => encode842(text, pick).stream);
  const bytes = [0xf8, 0x42, ...bigEndian((8 - (last % 8)) % 8, 2), texts.length];
  for (const [i, stream] of streams.entries()) {
    bytes.push(...bigEndian(padding, 2), ...bigEndian(stream.length, 4), ...bigEndian(filled[i]?.length ?? 0, 4));
  }
  for (const stream of streams) {
    for (let i = 0; i < padding; i++) bytes.push(0xa5);
    for (const byte of stream) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

const repeat = 0x1b;
const zeros = 0x1c;
const shortData = 0x1d;
const theEnd = 0x1e;

/** The arguments of the templates 00 to 19, in this order. */
const partsOf = (
  'D8,D4 D2 I2,D4 I2 D2,D4 I2 I2,D4 I4,D2 I2 D4,D2 I2 D2 I2,D2 I2 I2 D2,D2 I2 I2 I2,D2 I2 I4,I2 D2 D4,I2 D4 I2,' +
  'I2 D2 I2 D2,I2 D2 I2 I2,I2 D2 I4,I2 I2 D4,I2 I2 D2 I2,I2 I2 I2 D2,I2 I2 I2 I2,I2 I2 I4,I4 D4,I4 D2 I2,I4 I2 D2,' +
  'I4 I2 I2,I4 I4,I8'
)
  .split(',')
  .map((template) => {
    let end = 0;
    return template.split(' ').map((part) => {
      const size = Number(part[1]);
      end += size;
      return { indexed: part[0] === 'I', size, offset: end - size };
    });
  });

const shortestFirst = partsOf
  .map((parts, template) => {
    const bits = parts.map(({ indexed, size }) => (indexed ? indexBits(size) : 8 * size));
    return { template, parts, bits: bits.reduce((sum, count) => sum + count) };
  })
  .sort((a, b) => a.bits - b.bits);

/** The indices that hold the `size` bytes at an offset from some place. */
type Indices = (offset: number, size: number) => readonly number[];

function indicesAt(text: Uint8Array, at: number): Indices {
  const known = new Map<number, readonly number[]>();
  return (offset, size) => {
    const key = 16 * offset + size;
    const found = known.get(key) ?? indicesOf(text, at + offset, size);
    known.set(key, found);
    return found;
  };
}

/** All templates that can stand at `at`, the shortest for a whole group first and short data last. */
function templatesAt(text: Uint8Array, at: number, indices: Indices): number[] {
  if (text.length - at < 8) return [shortData];
  const fitting = shortestFirst.filter(({ parts }) =>
    parts.every(({ indexed, offset, size }) => !indexed || indices(offset, size).length > 0),
  );
  return [
    ...(same(text, at, new Uint8Array(8), 0, 8) ? [zeros] : []),
    ...(repeatsAt(text, at) > 0 ? [repeat] : []),
    ...fitting.map(({ template }) => template),
    shortData,
  ];
}

/** How often the 8 bytes before `at` follow there, up to 64 times. */
function repeatsAt(text: Uint8Array, at: number): number {
  let times = 0;
  while (at >= 8 && times < 64 && same(text, at + 8 * times, text, at - 8, 8)) times++;
  return times;
}

/** The indices that hold the `size` bytes that stand at `at`. */
function indicesOf(text: Uint8Array, at: number, size: number): number[] {
  const total = at - (at % 8);
  const ring = size === 2 ? 512 : 2048;
  const indices: number[] = [];
  // The ring holds whole groups: its slot s was written last at the greatest place below `total` that is s modulo ring.
  for (let slot = 0; slot < Math.min(ring, total); slot += size) {
    const round = Math.floor((total - 1 - slot) / ring);
    if (same(text, slot + round * ring, text, at, size)) indices.push(slot / size);
  }
  return indices;
}

function same(a: Uint8Array, from: number, b: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[from + i] === undefined || a[from + i] !== b[at + i]) return false;
  return true;
}

function indexBits(size: number): number {
  return size === 4 ? 9 : 8;
}

type Put = (value: number, count: number) => void;

function bitWriter() {
  const bytes: number[] = [];
  let free = 0;
  const put: Put = (value, count) => {
    for (let bit = count - 1; bit >= 0; bit--) {
      if (free === 0) {
        bytes.push(0);
        free = 8;
      }
      free--;
      bytes[bytes.length - 1]! |= ((value >>> bit) & 1) << free;
    }
  };
  const ended = () => {
    const stream = new Uint8Array(8 * Math.ceil(bytes.length / 8));
    stream.set(bytes);
    return { stream, bits: 8 * bytes.length - free };
  };
  return { put, ended };
}

/** The CRC-32 of the software form, bit by bit: the remainder of the text by the polynomial. */
export function crc842(text: Uint8Array): number {
  let remainder = 0;
  for (const byte of text) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (remainder >>> 31) ^ ((byte >> bit) & 1);
      remainder = (remainder << 1) ^ (carry === 1 ? 0x04c11db7 : 0);
    }
  }
  return remainder >>> 0;
}

function bigEndian(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => (value / 2 ** (8 * (size - 1 - i))) & 0xff);
}
