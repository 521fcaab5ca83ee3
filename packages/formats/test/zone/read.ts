import type { Finding, Fuel, Hints } from '../../src/index.js';
import { zone } from '../../src/zone/index.js';
import { hitsIn, type Reading, readWholly } from '../backend-reader.js';

export { bytesOf, codesOf, latin, type Reading, vectorAt as vector } from '../backend-reader.js';

/** The backend alone on a medium in memory. Every byte of an area must be in a record or a finding. */
export function readAll(medium: Uint8Array, hints?: Hints, budget?: Fuel): Reading {
  return readWholly(zone, ofTheWhole, medium, hints, budget);
}

/** A device or a partition. */
const ofTheWhole = ['blk.layout', 'blk.partition', 'area.writer'];

export function hitsOf(medium: Uint8Array): number[] {
  return hitsIn(medium, zone);
}

/** The detail of the first finding with this code. */
export function detailOf({ findings, records }: Reading, code: Finding['code']): string | undefined {
  return [...findings, ...records.flatMap((record) => record.findings)].find((one) => one.code === code)?.detail;
}

export function namesOf({ files }: Reading): string[] {
  return files.map(({ name }) => name);
}

export function statesOf({ records }: Reading): string[] {
  return records.map(({ state, type, id }) => `${state} ${type} ${id}`);
}
