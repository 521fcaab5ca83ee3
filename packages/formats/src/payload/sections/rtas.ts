import { fieldsAt, flagged, restBehind, type SectionReading } from './reading.js';
import { rtasExtended, rtasHeader, rtasSection } from './rtas-layout.js';

const severities = ['no error', 'event', 'warning', 'error, synchronous', 'error', 'fatal', 'already reported'];
const dispositions = ['fully recovered', 'recovered in part', 'not recovered'];
const origins = ['unknown', 'CPU', 'PCI', 'ISA', 'memory', 'power management'];

const types = new Map([
  [1, 'retry'],
  [2, 'TCE'],
  [3, 'internal device failure'],
  [4, 'timeout'],
  [5, 'data parity'],
  [6, 'address parity'],
  [7, 'cache parity'],
  [8, 'invalid address'],
  [9, 'uncorrected ECC'],
  [10, 'corrected ECC'],
  [64, 'environment and power'],
  [160, 'resource reassignment'],
  [224, 'platform'],
  [225, 'I/O'],
  [226, 'information'],
  [227, 'resource deallocation'],
  [228, 'dump'],
  [229, 'hot plug'],
]);

const meanings = {
  summary: (value: number | bigint) => {
    const bits = Number(value);
    const severity = severities[bits >> 5] ?? `severity ${bits >> 5}`;
    const disposition = dispositions[(bits >> 3) & 3] ?? 'disposition 3';
    return `${severity}, ${disposition}${(bits & 4) === 0 ? '' : ', extended'}`;
  },
  origin: (value: number | bigint) => {
    const name = (number: number) => origins[number] ?? `${number}`;
    return `initiator ${name(Number(value) >> 4)}, target ${name(Number(value) & 15)}`;
  },
  type: (value: number | bigint) => types.get(Number(value)),
};

const sectionNames = new Map([
  ['PH', 'private header'],
  ['UH', 'user header'],
  ['PS', 'primary reference code'],
  ['SS', 'secondary reference code'],
  ['DH', 'dump locator'],
  ['EP', 'environment and power'],
  ['ID', 'I/O event'],
  ['HP', 'hot plug'],
  ['LR', 'logical resource'],
  ['MC', 'machine check'],
  ['MT', 'machine type'],
  ['EH', 'extended user header'],
  ['UD', 'user data'],
]);

const mostSections = 64;

/** An error log of RTAS as pstore keeps it; the sections of version 6 are its parts. */
export function readRtasLog(payload: Uint8Array): SectionReading {
  const fields = fieldsAt(rtasHeader, payload, 0, 'be', meanings);
  const title = fields[0]?.value === 0 ? 'RTAS error log, none' : 'RTAS error log';
  const claim = fields.find(({ name }) => name === 'extendedLength')?.value;
  const end = Math.min(payload.length, rtasHeader.size + Number(claim ?? 0));
  const isSixth = fields[0]?.value === 6 && end >= rtasHeader.size + rtasExtended.size;
  if (!isSixth) return { title, fields, parts: [], rest: restBehind(payload, fields) };
  const extended = fieldsAt(rtasExtended, payload, rtasHeader.size, 'be', {
    state: flagged({ 3: 'predictive', 4: 'bypassed', 5: 'recoverable', 6: 'unrecoverable', 7: 'valid' }),
  });
  const parts = sectionsOf(payload, rtasHeader.size + rtasExtended.size, end);
  const all = [...fields, ...extended];
  const last = parts.at(-1)?.end ?? 0;
  return { title, fields: all, parts: parts.map(({ reading }) => reading), rest: restBehind(payload, all, last) };
}

/** Until one has an impossible length. */
function sectionsOf(payload: Uint8Array, start: number, end: number) {
  const sections: { readonly reading: SectionReading; readonly end: number }[] = [];
  let at = start;
  while (at + rtasSection.size <= end && sections.length < mostSections) {
    const { id, length } = rtasSection.decode(payload, at, 'be');
    if (length < rtasSection.size || length > end - at) break;
    const letters = String.fromCharCode(id >> 8, id & 0xff);
    if (!/^[A-Z0-9]{2}$/.test(letters)) break;
    const fields = fieldsAt(rtasSection, payload, at, 'be');
    const name = sectionNames.get(letters);
    const body = at + rtasSection.size;
    at += length;
    const rest = body < at ? { start: body, end: at } : null;
    const title = `section ${letters}${name === undefined ? '' : `, ${name}`}`;
    sections.push({ reading: { title, fields, parts: [], rest }, end: at });
  }
  return sections;
}
