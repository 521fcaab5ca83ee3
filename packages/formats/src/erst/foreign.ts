import { formatGuid } from '../bytes/guid.js';
import type { CperRecord } from './cper.js';
import { notificationName, sectionName, severityName } from './names.js';
import { decodeBcdTime } from './timestamp.js';

const recordFlags = ['recovered', 'previous error', 'simulated'];
const sectionFlags = [
  'primary',
  'containment warning',
  'reset',
  'threshold exceeded',
  'not accessible',
  'latent',
  'propagated',
  'overflow',
];

/** All that the headers of a record say, for a person, a line for each section. Not the kernel’s words. */
export function foreignText({ header, sections }: CperRecord): string {
  const { validationBits: valid } = header;
  const time = (valid & 2) === 0 ? null : decodeBcdTime(header.timestamp);
  const about = [
    `CPER record ${header.recordId}: ${severityName(header.errorSeverity)}`,
    `notification ${notificationName(header.notificationType)}`,
    `creator ${formatGuid(header.creatorId)}`,
    ...(time === null ? [] : [`${time.isPrecise ? 'precise ' : ''}time ${time.time.seconds}`]),
    ...((valid & 1) === 0 ? [] : [`platform ${formatGuid(header.platformId)}`]),
    ...((valid & 4) === 0 ? [] : [`partition ${formatGuid(header.partitionId)}`]),
    ...bitNames(header.flags, recordFlags),
  ];
  const lines = sections.map((section, i) => {
    const { sectionType, sectionSeverity, sectionLength, validationBits, fruId, fruText } = section;
    const words = [
      `section ${i + 1}: ${sectionName(sectionType)}`,
      severityName(sectionSeverity),
      `${sectionLength} bytes at ${section.sectionOffset}`,
      ...((validationBits & 1) === 0 ? [] : [`FRU ${formatGuid(fruId)}`]),
      ...((validationBits & 2) === 0 ? [] : [`FRU ${JSON.stringify(asciiOf(fruText))}`]),
      ...bitNames(section.flags, sectionFlags),
    ];
    return words.join(', ');
  });
  return `${[about.join(', '), ...lines].join('\n')}\n`;
}

function bitNames(flags: number, names: readonly string[]): string[] {
  return names.filter((_, bit) => (flags & (1 << bit)) !== 0);
}

/** Up to the first NUL, what is not printable as a dot. */
function asciiOf(text: Uint8Array): string {
  const end = text.indexOf(0);
  const shown = text.subarray(0, end < 0 ? text.length : end);
  return Array.from(shown, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}
