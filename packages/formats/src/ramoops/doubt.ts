import type { Doubt } from './ecc-blocks.js';
import type { ZoneType } from './zones.js';

/** Stretches of 00 or FF: flash that was erased, memory that was never written or lost its charge. */
const blankRuns: Doubt = (data, parity) => {
  const erased: number[] = [];
  const byteAt = (at: number) => (at < data.length ? data[at] : parity[at - data.length]);
  const length = data.length + parity.length;
  for (let at = 0; at < length; ) {
    const byte = byteAt(at);
    let end = at + 1;
    while (end < length && byteAt(end) === byte) end += 1;
    if ((byte === 0x00 || byte === 0xff) && end - at >= shortestRun) for (let i = at; i < end; i++) erased.push(i);
    at = end;
  }
  return erased;
};

const shortestRun = 3;

/** In a ring of text also bytes that no text has. */
const nonText: Doubt = (data, parity) => {
  const erased = new Set(blankRuns(data, parity));
  for (const [at, byte] of data.entries()) if (!isText(byte)) erased.add(at);
  return [...erased];
};

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x1b;
}

/** By what a zone holds: text, or perhaps compressed bytes. */
export function doubtOf(type: ZoneType): Doubt {
  return type === 'console' || type === 'pmsg' ? nonText : blankRuns;
}
