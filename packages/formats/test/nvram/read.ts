import type { Fuel, Hints } from '../../src/index.js';
import { nvram } from '../../src/nvram/index.js';
import { type Reading, readWholly, vectorAt } from '../backend-reader.js';

export { bytesOf, codesOf, latin, type Reading } from '../backend-reader.js';

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints?: Hints, budget?: Fuel): Reading {
  return readWholly(nvram, ofTheWhole, medium, hints, budget);
}

/** The whole NVRAM: they do not say what each byte is. */
const ofTheWhole = ['nvram.list-ends', 'area.writer'];

/** A file below `test-vectors/nvram/`. */
export function vector(path: string): Uint8Array {
  return vectorAt(`nvram/${path}`);
}
