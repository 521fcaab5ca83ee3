import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Backend, type Hints, parseKernelVersion, type Signature } from '@pstore-decode/formats';
import { defaultLimits, type Limits } from '@pstore-decode/formats/bytes';
import { parseRamoopsParameters } from '@pstore-decode/formats/ramoops';
import { parseZoneParameters } from '@pstore-decode/formats/zone';
import { efiSeeds } from '../packages/formats/test/efi/media.js';
import { erstSeeds } from '../packages/formats/test/erst/media.js';
import { mtdoopsSeeds } from '../packages/formats/test/mtdoops/media.js';
import { nvramSeeds } from '../packages/formats/test/nvram/media.js';
import { zoneSeeds } from '../packages/formats/test/zone/media.js';
import { madeParameters, madeRamoops } from './made-media.js';
import type { FieldPlace, Seed } from './mutate.js';
import { vectorFolder } from './vectors.js';

/** Media are cut to this. */
export const maxMedium = 80 << 10;

/** What a caller may say, and how much a walk may cost. A run of a medium takes one of them. */
export interface Circumstances {
  readonly hints: Hints;
  readonly limits: Limits;
}

const kernels = ['7.2', '6.1', '5.10', '4.19', '4.4', '3.12', '3.10', '3.5', '3.4'];
const layouts = [
  madeParameters,
  `${madeParameters},ecc=16`,
  'record_size=0x2000,console_size=0x4000,ftrace_size=0,pmsg_size=0x2000,ecc=1',
  'record_size=0x2000,console_size=0x4000,ftrace_size=0,pmsg_size=0x2000,ecc=0',
  'record_size=4096,mem_address=4096,mem_size=0x100000',
  'record_size=1,console_size=1,ftrace_size=1,pmsg_size=1,ecc=64',
  'mem_address=0x7fffffff,mem_size=0x10000,record_size=0x1000',
  'ecc=16',
  'mem_size=0',
];
const deviceSizes = ['kmsg_size=4,pmsg_size=4,console_size=4,ftrace_size=4', 'kmsg_size=64', 'pmsg_size=4,kmsg_size=0'];
const tight: Limits = { recordBytes: 2000, inputBytes: 9000, expansion: 4, records: 3, steps: 3e5 };

export const circumstances: readonly Circumstances[] = [
  { hints: {}, limits: defaultLimits },
  { hints: {}, limits: tight },
  ...kernels.map((version) => ({ hints: { asKernel: parseKernelVersion(version) }, limits: defaultLimits })),
  ...layouts.map((text) => ({ hints: { ramoops: parseRamoopsParameters(text) }, limits: defaultLimits })),
  ...deviceSizes.map((text) => ({ hints: { blk: parseZoneParameters(text) }, limits: defaultLimits })),
  {
    hints: { ramoops: parseRamoopsParameters('record_size=0x2000,ecc=16'), asKernel: parseKernelVersion('6.1') },
    limits: tight,
  },
];

/** Offsets where the probe of a backend finds something: the plain loop. */
export function hitsOf({ probe }: Backend, medium: Uint8Array): number[] {
  const hits: number[] = [];
  for (let at = 0; at < medium.length; at++) {
    const stands = probe.signatures.some((signature) => standsAt(medium, at, signature));
    if (stands && probe.accepts(medium.subarray(at, at + probe.window))) hits.push(at);
  }
  return hits;
}

function standsAt(medium: Uint8Array, at: number, { bytes, mask }: Signature): boolean {
  for (let i = 0; i < bytes.length; i++) {
    if (((medium[at + i] ?? 0) & (mask[i] ?? 0)) !== bytes[i]) return false;
  }
  return true;
}

/** Media by name of the backend: the folder of the captured ones, and made ones. */
const media = new Map<string, { readonly folder: string; readonly made: () => readonly Seed[] }>([
  ['ramoops', { folder: 'ramoops', made: () => madeRamoops().map((bytes) => ({ bytes })) }],
  ['pstore_blk', { folder: 'blk', made: zoneSeeds }],
  ['efi', { folder: 'efi', made: efiSeeds }],
  ['erst', { folder: 'erst', made: erstSeeds }],
  ['nvram', { folder: 'nvram', made: nvramSeeds }],
  ['mtdoops', { folder: 'mtdoops', made: mtdoopsSeeds }],
]);

/**
 * Small media of a backend: captured ones of up to 64 KiB, and made ones. The words at each place that its probe finds
 * are worth aiming at.
 */
export function mediaOf(backend: Backend): Seed[] {
  const { folder: name, made } = media.get(backend.name) ?? { folder: backend.name, made: () => [] };
  const folder = join(vectorFolder, name);
  const captured = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.bin') && statSync(join(folder, path)).size <= 64 << 10)
    .sort()
    .map((path): Seed => ({ bytes: Uint8Array.from(readFileSync(join(folder, path))) }));
  return [...captured, ...made()].map(({ bytes, fields = [] }) => {
    const atHits = hitsOf(backend, bytes).flatMap((hit): FieldPlace[] =>
      [0, 4, 8].map((offset) => ({ offset: hit + offset, size: 4 })),
    );
    return { bytes, fields: [...fields, ...atHits] };
  });
}
