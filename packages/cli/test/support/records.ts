import type { Finding, PstoreRecord } from '@pstore-decode/formats';
import { derive, type TracedBytes, trace } from '@pstore-decode/formats/bytes';
import type { Engine } from '../../src/engine.js';

/** What a made medium holds: its bytes, the records that reading it gives, and what is reported besides. */
export interface Medium {
  readonly bytes?: Uint8Array;
  readonly records?: readonly PstoreRecord[];
  readonly findings?: readonly Finding[];
  /** Called before each record. */
  readonly before?: (index: number) => void;
  readonly changed?: boolean;
  /** Thrown behind the records. */
  readonly error?: Error;
}

/** As media throws it. */
export function mediumError(code: string, what: string, hint: string): Error {
  return Object.assign(new Error(what), { name: 'MediumError', code, what, hint });
}

/** An engine over made media; every other path is missing. */
export function engineOf(media: Readonly<Record<string, Medium>>): Engine {
  const bySource = new WeakMap<object, Medium>();
  return {
    async open(path) {
      const medium = Object.hasOwn(media, path) ? media[path] : undefined;
      if (medium === undefined) throw mediumError('ENOENT', 'no such file or folder', 'check the path');
      const bytes = medium.bytes ?? new Uint8Array(0x10000).map((_, i) => (i * 7) % 251);
      const source = {
        size: bytes.length,
        read: async (range: { start: number; end: number }) =>
          trace(bytes.subarray(range.start, range.end), range.start),
        hasChanged: async () => medium.changed === true,
        close: async () => undefined,
      };
      bySource.set(source, medium);
      return source;
    },
    async *salvage(source, report) {
      const { records = [], findings = [], before, error } = bySource.get(source) ?? {};
      for (const finding of findings) report(finding);
      for (const [i, record] of records.entries()) {
        before?.(i);
        yield record;
      }
      if (error !== undefined) throw error;
    },
    async *scan() {
      yield* [];
    },
  };
}

export function bytesOf(text: string | Uint8Array, start = 0x100): TracedBytes {
  return trace(typeof text === 'string' ? new TextEncoder().encode(text) : text, start);
}

/** A record with a text; everything else has a default. */
export function recordOf(text: string | Uint8Array, given: Partial<PstoreRecord> = {}): PstoreRecord {
  const payload = given.payload ?? bytesOf(text);
  return {
    backend: 'ramoops',
    type: 'dmesg',
    state: 'live',
    id: 0n,
    stored: { start: 0x100, end: 0x200 },
    payload,
    text: payload,
    findings: [],
    ...given,
  };
}

/** A live record with the file that the kernel shows of it. */
export function liveRecord(name: string, text: string, given: Partial<PstoreRecord> = {}): PstoreRecord {
  const record = recordOf(text, given);
  const content = derive(new TextEncoder().encode(`${text}\nECC: No errors detected\n`), record.payload);
  return { ...record, file: { name, content, ...(record.time !== undefined && { mtime: record.time }) } };
}
