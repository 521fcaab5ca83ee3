import { type Finding, findingKinds, severityOf } from '@pstore-decode/formats';
import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import { hexRange } from './figures.js';
import { type FolderFile, placeIn } from './file-place.js';

/**
 * What happened and where, for the talk: `damage 0x8000-0x8080 ecc.uncorrectable: 1 block`.
 * @param files of the input, where it is a folder
 */
export function findingLine(finding: Finding, files: readonly FolderFile[]): string {
  const { code, at, detail } = finding;
  const place = at && placeIn(files, at);
  const where = place === null ? hexRange(at) : `${place.path} ${hexRange(place.range)}`;
  return `${severityOf(code)} ${where} ${code}${detail === undefined ? '' : `: ${detail}`}`;
}

/**
 * The form of compilers, one line: `medium.bin:0x8000-0x8080: damage: <meaning>; <detail> [ecc.uncorrectable]`.
 * @param files of the input, where it is a folder: the path is then that of the file
 */
export function diagnosticLine(input: string, finding: Finding, files: readonly FolderFile[]): string {
  const { code, at, detail } = finding;
  const place = at && placeIn(files, at);
  const where = place === null ? `${input}:${hexRange(at)}` : `${below(input, place.path)}:${hexRange(place.range)}`;
  const said = detail === undefined ? findingKinds[code].meaning : `${findingKinds[code].meaning}; ${detail}`;
  return forMessage(hostile(`${where}: ${severityOf(code)}: ${said} [${code}]`));
}

function below(folder: string, path: string): string {
  return `${folder.replace(/\/+$/, '')}/${path}`;
}

/** In the order of the medium; what concerns the whole comes first. */
export function inMediumOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => (a.at?.start ?? -1) - (b.at?.start ?? -1) || (a.at?.end ?? -1) - (b.at?.end ?? -1),
  );
}
