import {
  backends,
  compressors,
  fileReaders,
  findingKinds,
  formatKernelVersion,
  newestKernel,
  recordTypes,
} from '@pstore-decode/formats';
import { asciiJson } from '@pstore-decode/formats/bytes';
import { containers } from '@pstore-decode/media';
import { exitStatus } from '../exit-status.js';
import type { Io } from '../io.js';

/** What this version knows: backends, readers of files, containers, record types, compressors, findings. */
export function formats(io: Io, json: boolean): number {
  io.stdout.write(json ? `${asciiJson(known(), 2)}\n` : knownAsText());
  return exitStatus.found;
}

function known() {
  return {
    schema: 'pstore-decode/formats/1',
    newestKernel: formatKernelVersion(newestKernel),
    backends: backends.map(({ name }) => name),
    files: fileReaders.map(({ name }) => name),
    containers: containers.map(({ name }) => name),
    recordTypes: [...recordTypes],
    compressors: compressors.map(({ name }) => name),
    findings: Object.entries(findingKinds).map(([code, kind]) => ({ code, ...kind })),
  };
}

function knownAsText(): string {
  const all = known();
  const lines = [
    `backends      ${all.backends.join(', ')}`,
    `files         ${all.files.join(', ')}`,
    `containers    ${all.containers.join(', ')}`,
    `record types  ${all.recordTypes.join(', ')}`,
    `compressors   ${all.compressors.join(', ')}`,
    `kernel rules  up to ${all.newestKernel}`,
    'findings',
    ...all.findings.map(({ code, severity, meaning }) => `  ${severity.padEnd(6)}  ${code.padEnd(20)}  ${meaning}`),
  ];
  return `${lines.join('\n')}\n`;
}
