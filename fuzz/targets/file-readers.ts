import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileReader, fileReaders } from '@pstore-decode/formats';
import { FormatError, fuel, trace } from '@pstore-decode/formats/bytes';
import { parseKernelFileName } from '@pstore-decode/formats/pstorefs';
import { checkFinding, checkRecord } from '../invariants.js';
import { type Circumstances, circumstances } from '../media.js';
import type { Seed } from '../mutate.js';
import { isSame, promise, type Target } from '../target.js';
import { vectorFolder } from '../vectors.js';

const guid = 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0';

/** Names under which the same bytes are read in turn, for each reader. */
const paths = new Map<string, readonly string[]>([
  [
    'pstorefs',
    [
      'dmesg-ramoops-0.enc.z',
      'a/dmesg-efi_pstore-170000000001001.enc.z',
      'dmesg-pstore_blk-1',
      'console-ramoops',
      'ftrace-ramoops-0',
      '',
    ],
  ],
  [
    'efivars',
    [
      `dump-type0-1-1-1700000000-C-${guid}`,
      `efivars/dump-type0-1-1700000000-${guid}`,
      `odd-${guid}`,
      `vars/dump-type0-1-1-1700000000-C-${guid}/raw_var`,
      `vars/dump-type0-1-1-1700000000-C-${guid}/data`,
      'raw_var',
      '',
    ],
  ],
]);

function targetOf(reader: FileReader): Target {
  const names = paths.get(reader.name) ?? [];
  return {
    name: reader.name,
    covers: reader.name === 'pstorefs' ? ['pstorefs/parseKernelFileName'] : [],
    maxBytes: 4096,
    slice: 300,
    variants: names.length * circumstances.length,
    seeds,
    run(bytes, variant) {
      const before = bytes.slice();
      const path = names[variant % names.length] as string;
      const { hints, limits } = circumstances[Math.floor(variant / names.length)] as Circumstances;
      promise(reader.claims(path), 'a reader claims the names that it is known for');
      const name = String.fromCharCode(...bytes.subarray(0, 64));
      promise(parseKernelFileName(name) === null || /^[a-z0-9_.-]+$/.test(name), 'a name is of our own alphabet');
      let output = 0;
      let count = 0;
      // Twice: as in a folder that has a copy of it elsewhere.
      const files = [`x/${path}`, path].filter(reader.claims).map((each) => ({ path: each, content: trace(bytes, 0) }));
      try {
        for (const record of reader.records(files, checkFinding, hints, fuel(limits))) {
          checkRecord(record, bytes);
          output += record.payload.bytes.length;
          count += 1;
        }
      } catch (error) {
        if (!(error instanceof FormatError && error.code.startsWith('limit.'))) throw error;
      }
      promise(output <= limits.inputBytes && count <= limits.records, 'an input keeps to its limits');
      promise(isSame(bytes, before), 'the medium is not changed');
    },
  };
}

/** Variables of a real panic, with and without their attributes, and what the kernel made of them. */
function seeds(): Seed[] {
  const folder = join(vectorFolder, 'efi/panic-6.1');
  const read = (below: string) =>
    readdirSync(join(folder, below))
      .sort()
      .slice(0, 6)
      .map((name) => Uint8Array.from(readFileSync(join(folder, below, name))));
  const variables = read('efivars');
  return [...variables, ...variables.map((bytes) => bytes.slice(4)), ...read('kernel')].map((bytes) => ({ bytes }));
}

export const fileReaderTargets: readonly Target[] = fileReaders.map(targetOf);
