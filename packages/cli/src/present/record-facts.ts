import { type Finding, findingKinds, severityOf } from '@pstore-decode/formats';
import type { FoundRecord } from '../inputs.js';
import { type Fact, fact, originOf, placesOf } from './fact-lines.js';
import { count, hexRange } from './figures.js';
import { fileFacts } from './pmsg-files.js';
import { sectionFacts } from './section-facts.js';
import { isoTime } from './time.js';

/** Everything that is known of a record but its text. */
export function recordFacts(found: FoundRecord, digest: (bytes: Uint8Array) => string): Fact[] {
  const { record, place, root, addresses } = found;
  const { payload, ecc, time, file, findings } = record;
  const known = (name: string, value: string | undefined) => (value === undefined ? [] : [fact(name, value)]);
  return [
    ...known('backend', record.backend),
    ...known('type', record.type),
    ...known('state', record.state),
    ...known('grade', record.grade),
    ...known('id', record.id?.toString()),
    ...known('reason', record.reason),
    ...known('count', record.count?.toString()),
    ...known('part', record.part?.toString()),
    ...known('time', time && (isoTime(time) ?? 'unknown')),
    ...known('compression', record.compression),
    ...known('file', file?.name),
    ...known('its time', file?.mtime && (isoTime(file.mtime) ?? 'unknown')),
    fact('stored', [addresses, hexRange(record.stored)].filter(Boolean).join(' ')),
    ...known('on the medium', root && placesOf(root)),
    ...known('in file', place && `${place.path} ${hexRange(place.range)}`),
    ...known(
      'ECC',
      ecc &&
        `${ecc.size} bytes a block, ${ecc.corrected} corrected, ${count(ecc.uncorrectable, 'block')} not correctable`,
    ),
    fact(
      'payload',
      `${count(payload.bytes.length, 'byte')}, sha256 ${digest(payload.bytes)}`,
      originOf(payload, { start: 0, end: payload.bytes.length }),
    ),
    ...fileFacts(record),
    ...sectionFacts(found),
    ...findings.map(findingFact),
  ];
}

function findingFact({ code, at, detail }: Finding): Fact {
  const { meaning } = findingKinds[code];
  return fact(
    severityOf(code),
    `${code}: ${detail === undefined ? meaning : `${meaning}; ${detail}`}`,
    at === null ? undefined : hexRange(at),
  );
}
