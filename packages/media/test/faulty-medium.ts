import type { ByteRange } from '@pstore-decode/formats/bytes';
import type { ReadAt } from '../src/read-at.js';

export interface Faults {
  /** Sectors of 512 bytes that fail, by index. */
  readonly bad?: ReadonlySet<number>;
  /** How often each bad sector fails before it recovers; for ever by default. */
  readonly failuresEach?: number;
  /** Where the medium really ends. */
  readonly end?: number;
  /** Most bytes that one read gives. */
  readonly most?: number;
  readonly code?: string;
}

export interface FaultyMedium {
  readonly readAt: ReadAt;
  /** Every read that was asked for. */
  readonly reads: ByteRange[];
}

/** The system's pread(2) over `bytes`: short reads, and an error where the first byte wanted lies in a bad sector. */
export function faultyMedium(bytes: Uint8Array, faults: Faults = {}): FaultyMedium {
  const { bad = new Set(), failuresEach = Number.POSITIVE_INFINITY, most = Number.POSITIVE_INFINITY } = faults;
  const end = Math.min(bytes.length, faults.end ?? bytes.length);
  const failed = new Map<number, number>();
  const reads: ByteRange[] = [];
  return {
    reads,
    async readAt(target, position) {
      reads.push({ start: position, end: position + target.length });
      let count = 0;
      while (count < Math.min(target.length, most) && position + count < end) {
        const at = position + count;
        const sector = Math.floor(at / 512);
        const times = failed.get(sector) ?? 0;
        if (bad.has(sector) && times < failuresEach) {
          if (count > 0) return count;
          failed.set(sector, times + 1);
          target.fill(0xee); // what a failed read leaves is nobody's promise
          throw systemError(faults.code ?? 'EIO');
        }
        target[count] = bytes[at]!;
        count += 1;
      }
      return count;
    },
  };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: read`), { code, syscall: 'read' });
}

/** Bytes without zeros and without short periods: every place differs from its neighbours. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) | 1);
}
