import { nvarFlags, nvarNewest } from './nvar.js';
import { ffsFileHeader, nvarEntry, nvarFileGuid, nvarSignature } from './nvar-layout.js';
import { crashGuidBytes } from './variable-name.js';

/** One variable of AMI's store to be written. */
export interface NvarVariable {
  readonly name: string;
  /** Its data, then those that replaced them: the last ones count. */
  readonly data: readonly Uint8Array[];
  /** Default: that of crash dumps. */
  readonly guid?: Uint8Array;
  readonly isDeleted?: boolean;
  /** The name in ASCII. Default: true. */
  readonly isAscii?: boolean;
  /** The GUID in the entry; else in the table at the end. Default: false. */
  readonly isInline?: boolean;
  /** An extended header of so many bytes behind the data. */
  readonly extended?: number;
}

/**
 * The FFS file of a store of `size` bytes: a header, the entries of each variable with its updates behind, erased
 * flash, and the table of GUIDs from the end backwards.
 * @throws RangeError when it does not fit
 */
export function encodeNvarFile(variables: readonly NvarVariable[], size: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(size).fill(0xff);
  file.set(encodeFileHeader(size));
  const guids: Uint8Array[] = [];
  let at = ffsFileHeader.size;
  for (const variable of variables) {
    const { guid = Uint8Array.from(crashGuidBytes), isInline = false } = variable;
    const index = guids.findIndex((known) => known.join() === guid.join());
    const place = index < 0 ? guids.length : index;
    if (!isInline && index < 0) guids.push(guid);
    for (const entry of encodeEntries(variable, isInline ? guid : Uint8Array.of(place))) {
      if (entry.length > size - at) throw new RangeError(`${entry.length} bytes do not fit in ${size - at}`);
      file.set(entry, at);
      at += entry.length;
    }
  }
  if (at > size - 16 * guids.length) throw new RangeError(`no room for ${guids.length} GUIDs`);
  for (const [i, guid] of guids.entries()) file.set(guid, size - 16 * (i + 1));
  return file;
}

function encodeEntries(variable: NvarVariable, guid: Uint8Array): Uint8Array[] {
  const { name, data, isDeleted = false, isAscii = true, isInline = false, extended = 0 } = variable;
  const width = isAscii ? 1 : 2;
  const text = Uint8Array.from({ length: width * (name.length + 1) }, (_, i) => {
    const unit = name.charCodeAt(Math.floor(i / width)) || 0;
    return i % width === 0 ? unit & 0xff : unit >> 8;
  });
  const common = (isDeleted ? 0 : nvarFlags.valid) | (extended > 0 ? nvarFlags.extended : 0) | 0x01;
  const named = common | (isAscii ? nvarFlags.asciiName : 0) | (isInline ? nvarFlags.inlineGuid : 0);
  return data.map((one, i) => {
    const front = i === 0 ? [...guid, ...text] : [];
    const back = extended > 0 ? [...new Uint8Array(extended - 2), extended & 0xff, extended >> 8] : [];
    const body = [...front, ...one, ...back];
    const size = nvarEntry.size + body.length;
    const next = i === data.length - 1 ? nvarNewest : size;
    const attributes = i === 0 ? named : common | nvarFlags.dataOnly;
    const header = { signature: nvarSignature, size, next: littleEndian24(next), attributes };
    return Uint8Array.from([...nvarEntry.encode(header, 'le'), ...body]);
  });
}

function encodeFileHeader(size: number): Uint8Array {
  const fields = { headerChecksum: 0, fileChecksum: 0xaa, type: 1, attributes: 0, state: 0xf8 };
  return ffsFileHeader.encode({ name: nvarFileGuid, size: littleEndian24(size), ...fields }, 'le');
}

function littleEndian24(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff);
}
