import { formatGuid } from '../bytes/guid.js';
import { extent, slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding, Report } from '../finding.js';
import { crc32 } from './crc32.js';
import type { DumpVariable } from './dump-variable.js';
import { dmpstoreHeader, dmpstoreMiddle } from './variable-file-layout.js';
import { crashGuid, ucs2Text } from './variable-name.js';

/** No firmware has longer names, and a mistaken size is refused before its bytes are summed. */
const longestName = 4096;

/**
 * The dumps in a file that `dmpstore -s` of the UEFI shell saved, which holds variables of every vendor. A file whose
 * first variable does not agree with its checksum is none. Variables behind it are read whether theirs does or not;
 * where their sizes do not fit the walk ends with `bytes.short`.
 */
export function readDmpstore(content: TracedBytes, report: Report): DumpVariable[] {
  const { bytes } = content;
  const variables: DumpVariable[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = entryAt(content, at);
    if (found === null || (at === 0 && !found.isSound)) {
      if (at > 0) report({ code: 'bytes.short', at: extent(slice(content, at, bytes.length)) });
      return variables;
    }
    if (found.vendor === crashGuid) variables.push(variableOf(found));
    at = found.end;
  }
  return variables;
}

interface Entry {
  readonly vendor: string;
  readonly name: string;
  readonly data: TracedBytes;
  /** Sizes to checksum. */
  readonly whole: TracedBytes;
  readonly isSound: boolean;
  readonly end: number;
}

/** Null where no variable fits. */
function entryAt(content: TracedBytes, at: number): Entry | null {
  const { bytes } = content;
  const room = bytes.length - at - dmpstoreHeader.size - dmpstoreMiddle.size - 4;
  if (room < 0) return null;
  const { nameSize, dataSize } = dmpstoreHeader.decode(bytes, at, 'le');
  if (nameSize < 2 || nameSize % 2 !== 0 || nameSize > Math.min(longestName, room) || dataSize > room - nameSize) {
    return null;
  }
  const middleAt = at + dmpstoreHeader.size + nameSize;
  const dataAt = middleAt + dmpstoreMiddle.size;
  const end = dataAt + dataSize + 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt + dataSize, 4);
  return {
    vendor: formatGuid(dmpstoreMiddle.decode(bytes, middleAt, 'le').vendorGuid),
    name: ucs2Text(bytes.subarray(middleAt - nameSize, middleAt)),
    data: slice(content, dataAt, dataAt + dataSize),
    whole: slice(content, at, end),
    isSound: view.getUint32(0, true) === crc32(bytes.subarray(at, dataAt + dataSize)),
    end,
  };
}

function variableOf({ name, data, whole, isSound }: Entry): DumpVariable {
  const stored = extent(whole) ?? { start: 0, end: 0 };
  const findings: Finding[] = isSound ? [] : [{ code: 'efi.checksum', at: stored }];
  return { name, data, stored, state: 'live', findings };
}
