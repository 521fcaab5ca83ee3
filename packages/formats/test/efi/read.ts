import { efi } from '../../src/efi/index.js';
import type { Fuel, Hints } from '../../src/index.js';
import { hitsIn, type Reading, readWholly, vectorAt } from '../backend-reader.js';

export { bytesOf, codesOf, latin, type Reading } from '../backend-reader.js';

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints?: Hints, budget?: Fuel): Reading {
  return readWholly(efi, [], medium, hints, budget);
}

export function hitsOf(medium: Uint8Array): number[] {
  return hitsIn(medium, efi);
}

/** What the note of each store says, as a text. */
export function storesOf({ findings }: Reading): string[] {
  return findings.flatMap(({ code, detail }) => (code === 'efi.store' ? (detail ?? '') : []));
}

/** The figures of a store's note, by their names. */
export function sumOfFigures(detail: string): { size: number; sum: number } {
  const numbers = (text: string) => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const [, size = '', rest = ''] = /(\d+) bytes: ([^;]*;[^;]*;[^;]*)/.exec(detail) ?? [];
  const occupied = [...rest.matchAll(/\((\d+)\)/g)].map(([, digits]) => Number(digits));
  const others = numbers(rest.split('; ').at(-1) ?? '');
  return { size: Number(size), sum: [...occupied, ...others].reduce((sum, one) => sum + one, 0) };
}

/** A file below `test-vectors/efi/`. */
export function vector(path: string): Uint8Array {
  return vectorAt(`efi/${path}`);
}
