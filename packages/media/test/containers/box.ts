import { addressSpace } from '../../src/containers/address-space.js';
import type { Container } from '../../src/containers/container.js';
import type { Piece } from '../../src/containers/pieces.js';
import { readWithLosses } from '../../src/containers/read-with-losses.js';

/** Bytes of a piece. */
const length = 16;

/** A made-up container: its letter twice, a byte for each piece that says whether it is there, the pieces from the last on. */
export function box(letter: string): Container {
  const magic = letter.charCodeAt(0);
  const name = `box ${letter}`;
  return {
    name,
    recognizes: (head) => head[0] === magic && head[1] === magic,
    async open(medium) {
      const count = Math.floor((medium.size - 2) / (length + 1));
      const { bytes, lost } = await readWithLosses(medium, { start: 2, end: 2 + count });
      const pieceAt = (index: number): Piece => {
        const range = { start: length * index, end: length * (index + 1) };
        if (lost.some(({ start, end }) => start <= index && index < end)) {
          return { ...range, kind: 'lost', code: 'container.lost', why: 'nobody knows' };
        }
        const at = 2 + count + length * (count - 1 - index);
        return { ...range, ...(bytes[index] === 0 ? { kind: 'hole' } : { kind: 'stored', at }) };
      };
      const piecesFrom = (at: number) => [pieceAt(Math.floor(at / length))];
      return addressSpace(medium, name, { size: length * count, piecesFrom });
    },
  };
}

/** The box with these bytes, and zeros up to a whole piece, inside. Pieces of zeros are holes, over something else. */
export function boxed(letter: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(bytes.length / length);
  const all = new Uint8Array(2 + count * (length + 1)).fill(letter.charCodeAt(0));
  for (let index = 0; index < count; index++) {
    const piece = bytes.subarray(length * index, length * (index + 1));
    const isHole = piece.every((byte) => byte === 0);
    const at = 2 + count + length * (count - 1 - index);
    all[2 + index] = isHole ? 0 : 1;
    if (!isHole) all.fill(0, at, at + length).set(piece, at);
  }
  return all;
}
