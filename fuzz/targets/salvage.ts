import { backends, type Finding } from '@pstore-decode/formats';
import { fromBytes, salvage } from '@pstore-decode/media';
import { checkFinding, checkRecord } from '../invariants.js';
import { type Circumstances, circumstances, maxMedium, mediaOf } from '../media.js';
import { isSame, promise, type Target } from '../target.js';

/** The whole pipeline, in small chunks so that signatures stand across their edges. */
export const salvageTarget: Target = {
  name: 'salvage',
  covers: [],
  maxBytes: maxMedium,
  slice: 100,
  variants: circumstances.length,
  seeds: () => backends.flatMap(mediaOf),
  async run(medium, variant) {
    const before = medium.slice();
    const { hints, limits } = circumstances[variant] as Circumstances;
    const findings: Finding[] = [];
    const report = (finding: Finding) => {
      checkFinding(finding);
      findings.push(finding);
    };
    let output = 0;
    let count = 0;
    for await (const record of salvage(fromBytes(medium), report, { hints, limits, chunkSize: 4099 })) {
      checkRecord(record, medium);
      output += record.payload.bytes.length;
      count += 1;
    }
    promise(output <= limits.inputBytes && count <= limits.records, 'an input keeps to its limits');
    promise(
      findings.every(({ code }) => !code.startsWith('medium.')),
      'a medium in memory has no bad sectors',
    );
    promise(isSame(medium, before), 'the medium is not changed');
  },
};
