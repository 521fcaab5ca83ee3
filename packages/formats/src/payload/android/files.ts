import { concat, fill, slice, type TracedBytes } from '../../bytes/traced.js';
import type { LogEntry } from './entry.js';
import type { LogBuffer } from './layout.js';

/** A file that a program kept in pmsg (__android_log_pmsg_file_write), as far as its blocks are there. */
export interface PmsgFile {
  /** `folder/name`, bytes as stored; no path to write to. */
  readonly name: Uint8Array;
  readonly buffer: LogBuffer | null;
  readonly priority: number;
  /** Each missing block is a form feed (`filled`), as liblog gives it. How long a missing one was nobody knows. */
  readonly content: TracedBytes;
  /** Numbers of the blocks that are missing in front of the last one; those behind it cannot be told. */
  readonly missing: readonly number[];
}

/** Nanoseconds hold the number of a block, times this. */
const blockStep = 1000;
/** A file has fewer (ANDROID_LOG_PMSG_FILE_MAX_SEQUENCE). */
const mostBlocks = 256;
/** Programs keep a handful; made-up names shall not become files without end. */
const mostFiles = 1024;

/**
 * The files in the log entries of a pmsg record, in the order of their first blocks, 1024 at most. An entry is a block when its
 * nanoseconds are a block number and its tag is `folder:name`; of a block that was written twice the later one counts.
 * (An ordinary entry with a colon in its tag meets that by chance once in 4 million, once in 4000 where the clock counts
 * microseconds.)
 * @param pmsg the bytes that the entries were read from
 */
export function pmsgFiles(entries: readonly LogEntry[], pmsg: TracedBytes): PmsgFile[] {
  const files = new Map<string, Map<number, LogEntry>>();
  for (const entry of entries) {
    const { frame, tag, priority } = entry;
    const block = frame.nanoseconds / blockStep;
    if (frame.isBinary || !Number.isInteger(block) || block >= mostBlocks || !isFileTag(tag)) continue;
    const key = `${frame.buffer} ${priority} ${latin1.decode(tag)}`;
    const blocks = files.get(key) ?? new Map<number, LogEntry>();
    if (blocks.size === 0 && files.size === mostFiles) continue;
    files.set(key, blocks.set(block, entry));
  }
  return [...files.values()].map((blocks) => fileOf(blocks, pmsg));
}

const latin1 = new TextDecoder('latin1');
const colon = 0x3a;
const slash = 0x2f;
const formFeed = 0x0c;

/** Printable, without blanks, with one colon. */
function isFileTag(tag: Uint8Array): boolean {
  return tag.every((byte) => byte > 0x20 && byte < 0x7f) && tag.filter((byte) => byte === colon).length === 1;
}

function fileOf(blocks: ReadonlyMap<number, LogEntry>, pmsg: TracedBytes): PmsgFile {
  const last = Math.max(...blocks.keys());
  const parts: TracedBytes[] = [];
  const missing: number[] = [];
  for (let number = 0; number <= last; number++) {
    const entry = blocks.get(number);
    if (entry === undefined) missing.push(number);
    parts.push(entry === undefined ? hole : contentOf(entry, pmsg));
  }
  const { frame, tag, priority } = blocks.get(last) as LogEntry;
  const name = tag.map((byte) => (byte === colon ? slash : byte));
  return { name, buffer: frame.buffer, priority, content: concat(...parts), missing };
}

const hole: TracedBytes = { ...fill(1, null), bytes: Uint8Array.of(formFeed) };

/** All behind the tag and its zero byte: content may hold zero bytes. */
function contentOf({ frame, tag }: LogEntry, pmsg: TracedBytes): TracedBytes {
  const { end } = frame.range;
  return slice(pmsg, Math.min(end, end - frame.payload.length + 1 + tag.length + 1), end);
}
