import { type Backend, backends, diskEnd, type Finding, type PstoreRecord, partitionsOf } from '@pstore-decode/formats';
import { FormatError, fuel, trace } from '@pstore-decode/formats/bytes';
import { checkCovered, checkFinding, checkRecord } from '../invariants.js';
import { type Circumstances, circumstances, hitsOf, maxMedium, mediaOf } from '../media.js';
import { isSame, promise, type Target } from '../target.js';

/** Readers that a walk calls, by name of the backend. */
const covers = new Map([
  ['ramoops', ['ramoops/readRamoops', 'ramoops/parseDmesgHeader', 'ramoops/inferLayouts']],
  ['pstore_blk', ['zone/readZones']],
  ['efi', ['efi/readEfi', 'efi/parseDumpVariableName']],
  ['erst', ['erst/readErst', 'erst/decodeBcdTime']],
  ['nvram', ['nvram/readNvram']],
  ['mtdoops', ['mtdoops/readMtdoops']],
]);

function targetOf(backend: Backend): Target {
  return {
    name: backend.name,
    covers: covers.get(backend.name) ?? [],
    maxBytes: maxMedium,
    slice: 100,
    variants: circumstances.length,
    seeds: () => mediaOf(backend),
    run(medium, variant) {
      const before = medium.slice();
      const { hints, limits } = circumstances[variant] as Circumstances;
      const findings: Finding[] = [];
      const report = (finding: Finding) => {
        checkFinding(finding);
        findings.push(finding);
      };
      const hits = hitsOf(backend, medium);
      const ends = { head: medium.subarray(0, diskEnd), tail: medium.subarray(-diskEnd), size: medium.length };
      const partitions = partitionsOf(ends);
      const tank = fuel(limits);
      let output = 0;
      let count = 0;
      for (const range of backend.areas(hits, medium.length, hints, report)) {
        promise(
          range.start >= 0 && range.start <= range.end && range.end <= medium.length,
          'an area lies on the medium',
        );
        const content = trace(medium.subarray(range.start, range.end), range.start);
        const inside = hits.filter((hit) => hit >= range.start && hit < range.end);
        const area = { range, content, hits: inside, partitions };
        const records: PstoreRecord[] = [];
        const ended = endOf(backend.records(area, report, hints, tank), (record) => {
          checkRecord(record, medium);
          records.push(record);
          output += record.payload.bytes.length;
          count += 1;
        });
        if (ended) checkCovered(range, records, [...findings, ...records.flatMap((record) => record.findings)]);
        promise(output <= limits.inputBytes, 'the output of an input keeps to its limit');
        promise(count <= limits.records, 'records keep to their limit');
      }
      promise(isSame(medium, before), 'the medium is not changed');
    },
  };
}

/** True when the walk came to its end, false when a limit ended it. */
function endOf(records: Iterable<PstoreRecord>, each: (record: PstoreRecord) => void): boolean {
  try {
    for (const record of records) each(record);
    return true;
  } catch (error) {
    if (error instanceof FormatError && error.code.startsWith('limit.')) return false;
    throw error;
  }
}

export const backendTargets: readonly Target[] = backends.map(targetOf);
