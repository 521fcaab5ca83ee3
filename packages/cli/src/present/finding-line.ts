import { type Finding, findingKinds, severityOf } from '@pstore-decode/formats';
import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import { hexRange } from './figures.js';

/** What happened and where, for the talk: `damage 0x8000-0x8080 ecc.uncorrectable: 1 block`. */
export function findingLine(finding: Finding): string {
  const { code, at, detail } = finding;
  return `${severityOf(code)} ${hexRange(at)} ${code}${detail === undefined ? '' : `: ${detail}`}`;
}

/** The form of compilers, one line: `medium.bin:0x8000-0x8080: damage: <meaning>; <detail> [ecc.uncorrectable]`. */
export function diagnosticLine(input: string, finding: Finding): string {
  const { code, at, detail } = finding;
  const said = detail === undefined ? findingKinds[code].meaning : `${findingKinds[code].meaning}; ${detail}`;
  return forMessage(hostile(`${input}:${hexRange(at)}: ${severityOf(code)}: ${said} [${code}]`));
}

/** In the order of the medium; what concerns the whole comes first. */
export function inMediumOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => (a.at?.start ?? -1) - (b.at?.start ?? -1) || (a.at?.end ?? -1) - (b.at?.end ?? -1),
  );
}
