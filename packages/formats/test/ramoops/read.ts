import type { Fuel, Hints } from '../../src/index.js';
import { ramoops } from '../../src/ramoops/index.js';
import { hitsIn, type Reading, readWith } from '../backend-reader.js';

export { bytesOf, codesOf, latin as text, type Reading } from '../backend-reader.js';

export function hitsOf(medium: Uint8Array): number[] {
  return hitsIn(medium, ramoops);
}

/** The backend alone on a medium in memory: every hit of its probe, every area, every record. */
export function readAll(medium: Uint8Array, hints?: Hints, budget?: Fuel): Reading {
  return readWith(ramoops, medium, hints, budget);
}
