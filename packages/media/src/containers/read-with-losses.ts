import type { Finding } from '@pstore-decode/formats';
import type { ByteRange } from '@pstore-decode/formats/bytes';
import type { RandomAccessSource } from '../source.js';

/**
 * Reads bytes that say where other bytes are. They are told to nobody: what matters is what cannot be found for them.
 * @param range may reach behind the end of the medium
 * @returns `bytes`: what lies within the medium; `lost`: the parts of the range that the medium did not give, ascending,
 * counted from its start. A hole of an outer container is not lost: its zeros are true.
 */
export async function readWithLosses(
  medium: RandomAccessSource,
  range: ByteRange,
): Promise<{ readonly bytes: Uint8Array; readonly lost: readonly ByteRange[] }> {
  const start = Math.min(range.start, medium.size);
  const end = Math.min(range.end, medium.size);
  const told: Finding[] = [];
  const { bytes, spans } = await medium.read({ start, end }, (finding) => told.push(finding));
  const isTold = (part: ByteRange) =>
    told.some(({ at }) => at !== null && at.start < start + part.end && start + part.start < at.end);
  const lost: ByteRange[] = [];
  let at = 0;
  for (const { length, how } of spans) {
    const part = { start: at, end: at + length };
    if (how === 'filled' && isTold(part)) lost.push(part);
    at += length;
  }
  if (end < range.end) lost.push({ start: at, end: range.end - range.start });
  return { bytes, lost };
}
