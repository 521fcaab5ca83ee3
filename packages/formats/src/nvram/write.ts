import {
  blockSize,
  compressedDump,
  errorLogInfo,
  freeSignature,
  oldOopsHeader,
  oopsHeader,
  oopsVersion,
  partitionChecksum,
  partitionHeader,
  plainDump,
} from './layout.js';

/** One partition to be written. */
export interface NvramPartition {
  readonly signature: number;
  /** At most 12 characters. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Bytes with the header, a multiple of 16. Default: as many as the data need. */
  readonly size?: number;
}

/** A dump to be written. */
export interface NvramReport {
  readonly sequence: number;
  /** As it stands on the medium: text, or the stream. */
  readonly payload: Uint8Array;
  readonly compressed?: boolean;
  /** Seconds; absent: the header of kernels up to 3.10, which has no time. */
  readonly time?: bigint;
}

/** The data of `lnx,oops-log` after this dump. @throws RangeError when a figure does not fit its field */
export function encodeReport(report: NvramReport): Uint8Array<ArrayBuffer> {
  const { sequence, payload, compressed = false, time } = report;
  const reportLength = payload.length;
  if (time === undefined && reportLength >= oopsVersion) throw new RangeError(`${reportLength} bytes are too many`);
  const info = errorLogInfo.encode({ errorType: compressed ? compressedDump : plainDump, sequence }, 'be');
  const header =
    time === undefined
      ? oldOopsHeader.encode({ reportLength }, 'be')
      : oopsHeader.encode({ version: oopsVersion, reportLength, timestamp: time }, 'be');
  return Uint8Array.from([...info, ...header, ...payload]);
}

/** A partition with its checksum. @throws RangeError when the data or the name do not fit */
export function encodePartition(partition: NvramPartition): Uint8Array<ArrayBuffer> {
  const { signature, name, data } = partition;
  const size = partition.size ?? Math.ceil((partitionHeader.size + data.length) / blockSize) * blockSize;
  if (size % blockSize !== 0 || partitionHeader.size + data.length > size)
    throw new RangeError(`size ${size} of ${name}`);
  if (name.length > 12) throw new RangeError(`${name} is too long`);
  const padded = Uint8Array.from({ length: 12 }, (_, i) => (i < name.length ? name.charCodeAt(i) : 0));
  const header = { signature, checksum: 0, length: size / blockSize, name: padded };
  const bytes = new Uint8Array(size);
  bytes.set(partitionHeader.encode({ ...header, checksum: partitionChecksum(header) }, 'be'));
  bytes.set(data, partitionHeader.size);
  return bytes;
}

/**
 * An NVRAM of `size` bytes: the partitions one after the other, then free space.
 * @param removed what stands in the free space from partitions that were there before
 * @throws RangeError when they do not fit, or the free space is too long for one partition
 */
export function encodeNvram(
  partitions: readonly NvramPartition[],
  size: number,
  removed: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const nvram = new Uint8Array(size);
  let at = 0;
  for (const partition of partitions.map(encodePartition)) {
    if (partition.length > size - at) throw new RangeError(`${partition.length} bytes do not fit in ${size - at}`);
    nvram.set(partition, at);
    at += partition.length;
  }
  if (at === size) return nvram;
  nvram.set(encodePartition({ signature: freeSignature, name: 'free space', data: removed, size: size - at }), at);
  return nvram;
}
