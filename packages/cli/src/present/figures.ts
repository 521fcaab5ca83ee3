import type { ByteRange } from '@pstore-decode/formats';

/** A place on the medium: `0x18000`. */
export function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}

/** Half-open, as ranges are everywhere: `0x18000-0x20000`; `-` where the finding is about the whole. */
export function hexRange(range: ByteRange | null): string {
  return range === null ? '-' : `${hex(range.start)}-${hex(range.end)}`;
}

/** Bytes for a person: `256 KiB`, `1.5 MiB`; exact below 1 KiB. */
export function humanSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  let value = bytes;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 record`, `2 records`. */
export function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
