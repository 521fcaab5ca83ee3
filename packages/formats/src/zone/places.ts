import type { Signature } from '../backend.js';
import type { Endian } from '../bytes/struct.js';
import { decodeKmsgHeader, type KmsgHeader } from './kmsg-header.js';
import { kmsgHeader64, kmsgMagic, signatureAt, signatureOf, type ZoneType, zoneHeader } from './layout.js';
import { largestDevice } from './zones.js';

/** Sizes of zones are multiples of it, but for those of traces. */
export const page = 4096;

/** The header of a zone as it stands on the medium. */
export interface PlacedHeader {
  /** Offset in the bytes that were searched. */
  readonly at: number;
  readonly type: ZoneType;
  readonly endian: Endian;
  readonly datalen: number;
  readonly start: number;
  /** Of a dump; null when its magic does not stand behind the header. */
  readonly kmsg: KmsgHeader | null;
}

/** A zone where it stands, as far as the bytes tell. Offsets count from the start of the area. */
export interface PlacedZone {
  readonly type: ZoneType;
  /** Slot of a dump, place of a trace among those that were found, else 0. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** False when nothing tells where it ends: the end is that of its valid bytes. */
  readonly isBounded: boolean;
  /** A dump that stands between the slots: no kernel looks there. */
  readonly isStray: boolean;
}

/** Bytes that `isZoneStart` looks at. */
export const placeWindow = zoneHeader.size + kmsgHeader64.size;

/** Of both byte orders: a dump with the magic behind its header, rings with figures below 256 MiB. */
export const placeSignatures: readonly Signature[] = (['dmesg', 'console', 'ftrace', 'pmsg'] as const).flatMap(
  (type) => {
    const words: readonly Word[] =
      type === 'dmesg' ? [signatureOf(type), null, null, kmsgMagic] : [signatureOf(type), 'small', 'small'];
    return [signatureOfWords(words, false), signatureOfWords(words, true)];
  },
);

/** Of 32 bits; null is any. */
type Word = number | 'small' | null;

function signatureOfWords(words: readonly Word[], isBigEndian: boolean): Signature {
  const ordered = (bytes: number[]) => (isBigEndian ? bytes.reverse() : bytes);
  const bytesOf = (word: number) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
  return {
    bytes: words.flatMap((word) => ordered(bytesOf(typeof word === 'number' ? word : 0))),
    mask: words.flatMap((word) => ordered(bytesOf(word === null ? 0 : word === 'small' ? 0xf000_0000 : 0xffff_ffff))),
  };
}

/** The header at `at`, whatever its figures are; null where there is no signature, or less than a header. */
export function headerAt(content: Uint8Array, at: number): PlacedHeader | null {
  const signed = at < 0 || at + zoneHeader.size > content.length ? null : signatureAt(content, at);
  if (signed === null) return null;
  const { datalen, start } = zoneHeader.decode(content, at, signed.endian);
  const kmsg = signed.type === 'dmesg' ? decodeKmsgHeader(content, at + zoneHeader.size, signed.endian) : null;
  return { at, ...signed, datalen, start, kmsg };
}

/**
 * No chance hit: of a dump the second header is there, with sane fields; the signature alone is that of ramoops. Of a
 * ring the figures are such as a device can have; what is around it has to tell the rest.
 */
export function isZoneStart(window: Uint8Array): boolean {
  const header = headerAt(window, 0);
  if (header === null || header.datalen > largestDevice) return false;
  return header.type === 'dmesg' ? header.kmsg?.isSane === true : header.start <= largestDevice;
}
