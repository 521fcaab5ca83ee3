import type { Fuel, Hints } from '../../src/index.js';
import { mtdoops } from '../../src/mtdoops/index.js';
import { type Reading, readWholly, vectorAt } from '../backend-reader.js';

export { bytesOf, codesOf, latin, type Reading } from '../backend-reader.js';

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints?: Hints, budget?: Fuel): Reading {
  return readWholly(mtdoops, ['mtdoops.region'], medium, hints, budget);
}

/** A file below `test-vectors/mtdoops/`. */
export function vector(path: string): Uint8Array {
  return vectorAt(`mtdoops/${path}`);
}
