import type { ByteRange } from '@pstore-decode/formats/bytes';
import type { ContainedSource } from './container.js';

/** A stretch of an address space, all got in the same way. Offsets in bytes. */
export type Piece = ByteRange & (Stored | Packed | Hole | Lost);

/** The bytes stand in the medium from offset `at` on, all of them within its size. */
export interface Stored {
  readonly kind: 'stored';
  readonly at: number;
}

/** The whole piece is unpacked from a range of the medium. What unpacking gives too little is lost. */
export interface Packed {
  readonly kind: 'packed';
  readonly from: ByteRange;
  unpack(stored: Uint8Array): Unpacked;
}

export interface Unpacked {
  readonly bytes: Uint8Array;
  /** Why they are not all. */
  readonly reason?: string;
  /** Which checksum they do not fit, in words of our own. */
  readonly wrongChecksum?: string;
}

/** The container stores nothing here, which means zeros. */
export interface Hole {
  readonly kind: 'hole';
}

export interface Lost {
  readonly kind: 'lost';
  readonly code: 'container.lost' | 'container.backing';
  /** In words of our own. */
  readonly why: string;
}

/** How an address space is made of a medium. */
export interface Mapping {
  readonly size: number;
  readonly addresses?: ContainedSource['addresses'];
  /**
   * The piece around the byte at `at`, below `size`, and after it as many as are at hand, each beginning where the one
   * before ends. What comes at `until` and behind it need not be in them.
   */
  piecesFrom(at: number, until: number): readonly Piece[] | Promise<readonly Piece[]>;
}

/** A piece, and the part of it that lies in a range. */
export interface PieceInRange {
  readonly piece: Piece;
  readonly part: ByteRange;
}

/**
 * The pieces that make up a range of a mapping, as many at once as are at hand, of at most `most` bytes.
 * @throws RangeError when the mapping leaves something out
 */
export async function* piecesOf(
  mapping: Mapping,
  range: ByteRange,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly PieceInRange[]> {
  for (let at = range.start; at < range.end; ) {
    const until = Math.min(range.end, at + most);
    const found: PieceInRange[] = [];
    for (const piece of await mapping.piecesFrom(at, until)) {
      if (at === until) break;
      const end = Math.min(piece.end, until);
      if (!(piece.start <= at && at < end)) throw new RangeError(`piece ${piece.start}..${piece.end} at ${at}`);
      found.push({ piece, part: { start: at, end } });
      at = end;
    }
    if (found.length === 0) throw new RangeError(`no piece at ${at}`);
    yield found;
  }
}

/** Where a part of a stored piece stands in the medium. */
export function storedAt(piece: ByteRange & Stored, part: ByteRange): ByteRange {
  const by = piece.at - piece.start;
  return { start: part.start + by, end: part.end + by };
}
