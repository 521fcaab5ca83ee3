import { decodeEvent } from './event.js';
import type { FrameHeader } from './frame.js';
import {
  highestPriority,
  isBinaryBuffer,
  largestPayload,
  loggerEntries,
  loggerMagic,
  lowestPriority,
  pmsgHeader,
} from './layout.js';

/** A place where a frame may stand, and how much speaks for it, in bits. */
export interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly header: FrameHeader;
  readonly evidence: number;
  /** Bits 16 and up of the seconds: frames of one zone are of few days. */
  readonly day: number;
}

/** A test of the header of liblog, and the bits that speak for a frame when it holds by chance once in 2^bits. */
const bits = { magic: 8, length: 4, id: 5, nanoseconds: 2, priority: 5 } as const;
const bitsOfHeader = 24;
const bitsOfEntryHeader = 30;
/** A tag that is printable and ends; a payload that ends where its own form says. */
const bitsOfTag = 6;
const bitsOfEnd = 12;
/** That a field is damaged is less likely than that there is no frame. */
const costOfDamage = 4;
/** A cut event can have any value in front of the cut: more values than this are not looked at. */
const mostValuesTried = 24;

/** Every place of `bytes` in `start` to `end` where a frame may begin, ascending: at most two a place and header. */
export function frameCandidates(bytes: Uint8Array, start: number, end: number): Candidate[] {
  return [...pmsgCandidates(bytes, start, end), ...entryCandidates(bytes, start, end)].sort(
    (a, b) => a.start - b.start,
  );
}

/** At most one field of the header may be impossible, and of the magic at most one bit wrong. */
function* pmsgCandidates(bytes: Uint8Array, start: number, end: number): Generator<Candidate> {
  const payloadEnd = payloadEnds(bytes.subarray(0, end + reach));
  for (let at = start; at < end && at + pmsgHeader.size < bytes.length; at++) {
    const wrong = (bytes[at] as number) ^ loggerMagic;
    if ((wrong & (wrong - 1)) !== 0) continue;
    const length = u16At(bytes, at + 1);
    const id = bytes[at + 7] as number;
    const priority = bytes[at + pmsgHeader.size] as number;
    const failed: (keyof typeof bits)[] = [];
    if (wrong !== 0) failed.push('magic');
    if (length < pmsgHeader.size + 2 || length > pmsgHeader.size + largestPayload) failed.push('length');
    if (id > 7) failed.push('id');
    if (failed.length > 1) continue;
    if (u32At(bytes, at + 14) >= 1e9) failed.push('nanoseconds');
    const isPriority = priority >= lowestPriority && priority <= highestPriority;
    // Of an entry whose buffer is lost the payload tells: a priority begins it, or it is a whole event.
    const isText = id > 7 ? isPriority : !isBinaryBuffer(id);
    if (isText && !isPriority) failed.push('priority');
    if (failed.length > 1) continue;
    const body = at + pmsgHeader.size;
    const own = payloadEnd(body, isText);
    if (id > 7 && !isText && own.end === null) continue;
    const known = bitsOfHeader - (isText ? 0 : bits.priority);
    const lost = failed.reduce((sum, field) => sum + bits[field] + costOfDamage, 0);
    const evidence = known - lost + own.evidence;
    const found = { start: at, header: 'pmsg' as const, day: u32At(bytes, at + 10) >>> 16 };
    const stored = Math.min(bytes.length, at + length);
    const isStoredEnd = !failed.includes('length');
    if (own.end !== null) {
      const agrees = isStoredEnd && own.end === stored;
      const isWrongLength = isStoredEnd && !agrees ? bits.length + costOfDamage : 0;
      yield { ...found, end: own.end, evidence: evidence + bitsOfEnd - isWrongLength };
      if (agrees) continue;
    }
    if (isStoredEnd) yield { ...found, end: stored, evidence };
  }
}

/** Nothing of the header may be impossible, and the payload must end as its own form says: they have no magic. */
function* entryCandidates(bytes: Uint8Array, start: number, end: number): Generator<Candidate> {
  const { v1, v4 } = loggerEntries;
  const endsBySize = new Map([v1.size, 24, v4.size].map((size) => [size, payloadEnds(bytes.subarray(0, end + reach))]));
  for (let at = start; at < end && at + v4.size < bytes.length; at++) {
    const headerSize = u16At(bytes, at + 2) || v1.size;
    const payloadEnd = endsBySize.get(headerSize);
    if (payloadEnd === undefined || bytes[at + 7] !== 0 || bytes[at + 11] !== 0) continue;
    const length = u16At(bytes, at);
    const isSane = length >= 2 && length <= largestPayload && u32At(bytes, at + 4) > 0;
    if (!isSane || u32At(bytes, at + 16) >= 1e9) continue;
    const fifth = headerSize === v1.size ? 0 : u32At(bytes, at + v1.size);
    if (headerSize === v4.size && fifth > 7) continue;
    const header = headerSize === v1.size ? 'v1' : headerSize === v4.size ? 'v4' : fifth > 7 ? 'v2' : 'v3';
    const isText = header === 'v1' || header === 'v2' || !isBinaryBuffer(fifth);
    const body = at + headerSize;
    const priority = bytes[body] ?? 0;
    if (isText && (priority < lowestPriority || priority > highestPriority)) continue;
    const own = payloadEnd(body, isText);
    if (own.end !== body + length) continue;
    const day = u32At(bytes, at + 12) >>> 16;
    yield { start: at, end: own.end, header, day, evidence: bitsOfEntryHeader + own.evidence + bitsOfEnd };
  }
}

/** Where the payload that begins at a place ends by its own form, null when it does not say; asked with rising places. */
function payloadEnds(
  bytes: Uint8Array,
): (body: number, isText: boolean) => { readonly end: number | null; readonly evidence: number } {
  const tagEndFrom = zeroFrom(bytes);
  const messageEndFrom = zeroFrom(bytes);
  return (body, isText) => {
    if (!isText) {
      const event = decodeEvent(bytes.subarray(body, body + largestPayload), mostValuesTried);
      const isWhole = event?.isComplete === true && event.value !== null;
      return { end: isWhole ? body + event.size : null, evidence: 0 };
    }
    const tagEnd = tagEndFrom(body + 1);
    const tag = bytes.subarray(body + 1, Math.min(tagEnd, body + 1 + longestTag));
    if (tagEnd - body - 1 > longestTag || !tag.every(isPrintable)) return { end: null, evidence: -bitsOfTag };
    const messageEnd = messageEndFrom(tagEnd + 1);
    const isWithin = messageEnd - body < largestPayload;
    return { end: isWithin ? messageEnd + 1 : null, evidence: tag.length > 0 ? bitsOfTag : 0 };
  };
}

/** Bytes behind the last place that are looked at. */
const reach = 2 * largestPayload;

/** Of a tag that speaks for a frame; liblog sets no limit. */
const longestTag = 128;

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte !== 0x7f;
}

/** The first zero byte at or behind a place, Infinity when there is none; for places that rise, in one pass. */
function zeroFrom(bytes: Uint8Array): (from: number) => number {
  let zero = -1;
  return (from) => {
    if (from > zero) {
      const found = bytes.indexOf(0, from);
      zero = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return zero;
  };
}

function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function u32At(bytes: Uint8Array, at: number): number {
  return (u16At(bytes, at) | (u16At(bytes, at + 2) << 16)) >>> 0;
}
