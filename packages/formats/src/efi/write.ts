import { formatGuid } from '../bytes/guid.js';
import { crc32 } from './crc32.js';
import { encodeWorkingBlock } from './fault-tolerant-write.js';
import { encodeVolumeHeader } from './firmware-volume.js';
import {
  authenticatedStoreGuid,
  plainStoreGuid,
  storeFormatted,
  storeHeader,
  storeHealthy,
  variableStartId,
  vss2StoreGuid,
  vssSignatures,
  vssStoreHeader,
} from './layout.js';
import { type HeaderKind, variableHeaders } from './stored-variable.js';
import { crashGuidBytes } from './variable-name.js';

/** NON_VOLATILE, BOOTSERVICE_ACCESS and RUNTIME_ACCESS: the attributes that the kernel gives its variables. */
const dumpAttributes = 7;

/** One variable to be written. */
export interface EfiVariable {
  /** A character for each UCS-2 unit, without the NUL. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Default: that of crash dumps. */
  readonly guid?: Uint8Array;
  /** Default: 7. */
  readonly attributes?: number;
  /** Default: 0x3f, added. */
  readonly state?: number;
  /** Bytes of name and data that reached the flash; the rest stays erased. Default: all. */
  readonly written?: number;
}

export type StoreKind = 'authenticated' | 'plain' | 'VSS2' | '$VSS' | '$SVS' | '$NSS';

/** Where the parts of a flash image stand, in bytes. */
export interface FlashGeometry {
  readonly size: number;
  /** End of the store, which begins behind the header of the volume. */
  readonly storeEnd: number;
  readonly workingAt: number;
  readonly spareAt: number;
}

/** The images of OVMF for 1 or 2 MiB and for 4 MiB, and of the virtual machine of AArch64. */
export const flashGeometries = {
  ovmf2M: { size: 0x20000, storeEnd: 0xe000, workingAt: 0xf000, spareAt: 0x10000 },
  ovmf4M: { size: 0x84000, storeEnd: 0x40000, workingAt: 0x41000, spareAt: 0x42000 },
  armVirt: { size: 0xc0000, storeEnd: 0x40000, workingAt: 0x40000, spareAt: 0x80000 },
} as const satisfies Record<string, FlashGeometry>;

/** A flash image to be written. */
export interface EfiMedium {
  readonly variables: readonly EfiVariable[];
  /** Default: `ovmf2M`. */
  readonly geometry?: FlashGeometry;
  /** Default: `authenticated`. */
  readonly kind?: StoreKind;
  /** Variables of a store in the spare; absent: the spare is erased. */
  readonly spare?: readonly EfiVariable[];
  /** Finished reclaims in the working block. Default: 0. */
  readonly reclaims?: number;
  /** One more that came as far as the spare. */
  readonly isInterrupted?: boolean;
}

/** Header, name and data of a variable, without padding. */
export function encodeVariable(variable: EfiVariable, kind: HeaderKind): Uint8Array<ArrayBuffer> {
  const { name, data, state = 0x3f, attributes = dumpAttributes, guid = Uint8Array.from(crashGuidBytes) } = variable;
  const units = encodeName(name);
  const common = {
    startId: variableStartId,
    state,
    reserved: 0,
    attributes: kind === 'checked' ? (attributes | 0x80000000) >>> 0 : attributes,
    nameSize: units.length,
    dataSize: data.length,
    vendorGuid: guid,
  };
  const times = { monotonicCount: 0n, timeStamp: new Uint8Array(16), pubKeyIndex: 0 };
  const header = variableHeaders[kind].encode({ ...common, ...times, dataCrc: crc32(data) }, 'le');
  const body = new Uint8Array(units.length + data.length);
  body.set(units);
  body.set(data, units.length);
  const bytes = new Uint8Array(header.length + body.length).fill(0xff);
  bytes.set(header);
  bytes.set(body.subarray(0, variable.written ?? body.length), header.length);
  return bytes;
}

/**
 * A store of `size` bytes with these variables, one after the other, then erased flash.
 * @throws RangeError when they do not fit
 */
export function encodeStore(variables: readonly EfiVariable[], size: number, kind: StoreKind): Uint8Array<ArrayBuffer> {
  const store = new Uint8Array(size).fill(0xff);
  const header = encodeStoreHeader(size, kind);
  store.set(header);
  const alignment = kind.startsWith('$') ? 1 : 4;
  const headerKind = kind === '$SVS' || kind === '$NSS' ? 'checked' : kind === 'authenticated' ? kind : 'plain';
  let at = header.length;
  for (const variable of variables) {
    const bytes = encodeVariable(variable, headerKind);
    if (bytes.length > size - at) throw new RangeError(`${bytes.length} bytes do not fit in ${size - at}`);
    store.set(bytes, at);
    at += Math.ceil(bytes.length / alignment) * alignment;
  }
  return store;
}

/**
 * A flash image as EDK II leaves it: header of the volume, store, working block, spare.
 * @throws RangeError when the variables do not fit
 */
export function encodeEfi(medium: EfiMedium): Uint8Array<ArrayBuffer> {
  const { variables, geometry = flashGeometries.ovmf2M, kind = 'authenticated', spare, reclaims = 0 } = medium;
  const { size, storeEnd, workingAt, spareAt } = geometry;
  const image = new Uint8Array(size).fill(0xff);
  const header = encodeVolumeHeader(size);
  const storeSize = storeEnd - header.length;
  image.set(header);
  image.set(encodeStore(variables, storeSize, kind), header.length);
  image.set(encodeWorkingBlock(reclaims, medium.isInterrupted ?? false, storeSize, spareAt), workingAt);
  if (spare !== undefined) {
    image.set(header, spareAt);
    image.set(encodeStore(spare, storeSize, kind), spareAt + header.length);
  }
  return image;
}

/** The file that efivarfs shows of a variable: four bytes of attributes, then the data. */
export function encodeEfivarsFile(variable: EfiVariable): { name: string; content: Uint8Array<ArrayBuffer> } {
  const { name, data, attributes = dumpAttributes, guid = Uint8Array.from(crashGuidBytes) } = variable;
  const content = new Uint8Array(4 + data.length);
  new DataView(content.buffer).setUint32(0, attributes, true);
  content.set(data, 4);
  return { name: `${name}-${formatGuid(guid)}`, content };
}

function encodeName(name: string): Uint8Array {
  const bytes = new Uint8Array(2 * name.length + 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < name.length; i++) view.setUint16(2 * i, name.charCodeAt(i), true);
  return bytes;
}

function encodeStoreHeader(size: number, kind: StoreKind): Uint8Array {
  const common = { size, format: storeFormatted, state: storeHealthy, reserved: 0, reserved1: 0 };
  if (kind === 'authenticated' || kind === 'plain' || kind === 'VSS2') {
    const signatures = { authenticated: authenticatedStoreGuid, plain: plainStoreGuid, VSS2: vss2StoreGuid };
    return storeHeader.encode({ signature: signatures[kind], ...common }, 'le');
  }
  const signature = vssSignatures[['$VSS', '$SVS', '$NSS'].indexOf(kind)] as number;
  return vssStoreHeader.encode({ signature, ...common }, 'le');
}
