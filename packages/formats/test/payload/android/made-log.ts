import { encodeLoggerFrame, type WrittenFrame } from '../../../src/payload/android/index.js';

/** Numbers below `limit`, the same for the same seed (mulberry32). */
export function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const tags = [
  'ActivityManager',
  'wifi_hal',
  'SurfaceFlinger',
  'Zygote',
  'libc',
  'DEBUG',
  'ThermalEngine',
  'l',
  'BatteryStats',
];
const words =
  'lost lllll failed to read task profiles small handler calling uid 1000 null 0x7fffl signal level ok for é'.split(
    ' ',
  );

export function textPayload(priority: number, tag: string, message: string): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.of(priority), Buffer.from(`${tag}\0${message}\0`)]));
}

/** An event of an int, a string and a long in a list. */
export function eventPayload(tag: number, int: number, text: string, long: bigint): Uint8Array {
  const string = Buffer.from(text);
  const bytes = Buffer.alloc(4 + 2 + 5 + 5 + string.length + 9);
  bytes.writeUInt32LE(tag, 0);
  bytes.set([3, 3, 0], 4);
  bytes.writeInt32LE(int, 7);
  bytes[11] = 2;
  bytes.writeUInt32LE(string.length, 12);
  bytes.set(string, 16);
  bytes[16 + string.length] = 1;
  bytes.writeBigInt64LE(long, 17 + string.length);
  return new Uint8Array(bytes);
}

/** Entries as a phone writes them, one second to the next, of all buffers, until they fill `size` bytes. */
export function madeLog(size: number, seed: number): { readonly bytes: Uint8Array; readonly written: WrittenFrame[] } {
  const random = seeded(seed);
  const written: WrittenFrame[] = [];
  const frames: Uint8Array[] = [];
  let length = 0;
  let seconds = 1_700_000_000;
  for (;;) {
    seconds += random(3);
    const pid = 200 + random(20000);
    const id = [0, 0, 0, 3, 3, 1, 2, 4, 5, 6][random(10)] as number;
    const said = Array.from({ length: 1 + random(20) }, () => words[random(words.length)]).join(' ');
    const payload =
      id === 2 || id === 5 || id === 6
        ? eventPayload(2700 + random(100), random(1000), said, BigInt(random(2 ** 32)))
        : textPayload(2 + random(6), tags[random(tags.length)] as string, said);
    const frame = { id, uid: random(11000), pid, tid: pid + random(30), seconds, nanoseconds: random(1e9), payload };
    const bytes = encodeLoggerFrame(frame);
    if (length + bytes.length > size) break;
    length += bytes.length;
    written.push(frame);
    frames.push(bytes);
  }
  return { bytes: new Uint8Array(Buffer.concat(frames)), written };
}
