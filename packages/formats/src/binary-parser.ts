/**
 * Our layouts for grammars written with the npm package `binary-parser` 2. The only file that imports it: it generates
 * code at run time (`new Function`), which pages with a content security policy refuse.
 *
 * Its reader and ours give equal values wherever a struct is there whole. Where the input ends inside one, ours throws
 * `FormatError` with the range. `binary-parser` by itself throws a bare RangeError inside a number and silently shortens
 * a byte field; the parsers made here throw RangeError for both. A list of structs with `readUntil: 'eof'` throws at a
 * last one that is cut, and everything before it is lost: cut the input to whole structs first. It cannot encode.
 */
import { Parser } from 'binary-parser';
import type { Endian, PlacedField, Struct } from './bytes/struct.js';
import * as efi from './efi/layout.js';
import { ffsFileHeader, nvarEntry } from './efi/nvar-layout.js';
import * as efiFiles from './efi/variable-file-layout.js';
import { queuedWrite, workingBlockHeader, writeRecord } from './efi/working-block-layout.js';
import * as erst from './erst/layout.js';
import * as mtdoops from './mtdoops/layout.js';
import * as nvram from './nvram/layout.js';
import { ftraceRecords } from './payload/ftrace-layout.js';
import { zoneHeader } from './ramoops/layout.js';
import * as zone from './zone/layout.js';

/** THE LIST: the layouts offered, each under the name of its table. */
export const layouts = {
  zoneHeader,
  ...ftraceRecords,
  efiVolumeHeader: efi.volumeHeader,
  efiBlockMapEntry: efi.blockMapEntry,
  efiStoreHeader: efi.storeHeader,
  efiVssStoreHeader: efi.vssStoreHeader,
  efiPlainVariable: efi.plainVariable,
  efiCheckedVariable: efi.checkedVariable,
  efiAuthenticatedVariable: efi.authenticatedVariable,
  efiTime: efi.efiTime,
  efiWorkingBlockHeader: workingBlockHeader,
  efiQueuedWrite: queuedWrite,
  efiWriteRecord: writeRecord,
  efiFfsFileHeader: ffsFileHeader,
  efiNvarEntry: nvarEntry,
  efiRawVariable64: efiFiles.rawVariable64,
  efiRawVariable32: efiFiles.rawVariable32,
  efiDmpstoreHeader: efiFiles.dmpstoreHeader,
  efiDmpstoreMiddle: efiFiles.dmpstoreMiddle,
  erstStoreHeader: erst.storeHeader,
  cperHeader: erst.cperHeader,
  cperSectionDescriptor: erst.sectionDescriptor,
  machineCheck: erst.machineCheck,
  pszBuffer: zone.zoneHeader,
  pszKmsgHeader64: zone.kmsgHeader64,
  pszKmsgHeader32: zone.kmsgHeader32,
  pszKmsgHeaderI386: zone.kmsgHeaderI386,
  mtdoopsHeaderV1: mtdoops.mtdoopsHeaderV1,
  mtdoopsHeaderV2: mtdoops.mtdoopsHeaderV2,
  nvramPartitionHeader: nvram.partitionHeader,
  nvramErrorLogInfo: nvram.errorLogInfo,
  nvramOopsHeader: nvram.oopsHeader,
  nvramOldOopsHeader: nvram.oldOopsHeader,
} as const;

/** A `Parser` of `binary-parser`. Our own name for it, so that no type of that package is needed to use ours. */
export interface LayoutParser<T> {
  /** @throws RangeError when the bytes end inside the struct */
  parse(bytes: Uint8Array): T;
}

/** What `addFields` needs of a parser: any version 2 of `binary-parser` has it. */
export interface FieldBuilder {
  uint8(name: string): unknown;
  uint16le(name: string): unknown;
  uint16be(name: string): unknown;
  uint32le(name: string): unknown;
  uint32be(name: string): unknown;
  uint64le(name: string): unknown;
  uint64be(name: string): unknown;
  buffer(
    name: string,
    options: { length: number | (() => number); formatter: (found: Uint8Array) => Uint8Array },
  ): unknown;
}

/** The layouts of THE LIST as parsers of one byte order. */
export type LayoutParsers = {
  readonly [Name in keyof typeof layouts]: (typeof layouts)[Name] extends Struct<infer T> ? LayoutParser<T> : never;
};

/** Every layout of THE LIST as a parser. */
export function parsers(endian: Endian): LayoutParsers {
  const made = Object.entries(layouts).map(([name, layout]) => [name, toParser<unknown>(layout, endian)]);
  return Object.fromEntries(made) as LayoutParsers;
}

/**
 * A new `Parser` that reads the layout: u64 as bigint, byte fields as a copy, the others as numbers. It can be nested
 * (`new Parser().nest('header', { type: toParser(zoneHeader, 'le') })`) as long as the grammar around it imports
 * `binary-parser` as an ES module. With `require` there are two `Parser` classes, and TypeScript wants a cast: there
 * `{ type: addFields(new Parser(), zoneHeader, 'le') }` is the way.
 * @throws Error when the name of a field is no identifier
 */
export function toParser<T>(layout: Struct<T>, endian: Endian): LayoutParser<T> {
  return addFields(new Parser(), layout, endian);
}

/**
 * Appends the fields of the layout to a parser of the caller and gives that parser back:
 * `addFields(new Parser(), zoneHeader, 'le')`. Keeps the caller's types and works with any copy of `binary-parser`.
 */
export function addFields<P extends FieldBuilder>(parser: P, layout: Struct<unknown>, endian: Endian): P {
  for (const field of layout.fields) addField(parser, field, endian);
  return parser;
}

function addField(parser: FieldBuilder, { name, field }: PlacedField, endian: Endian): void {
  switch (field.kind) {
    case 'u8':
      parser.uint8(name);
      break;
    case 'u16':
      parser[`uint16${endian}`](name);
      break;
    case 'u32':
      parser[`uint32${endian}`](name);
      break;
    case 'u64':
      parser[`uint64${endian}`](name);
      break;
    case 'bytes':
      addBytes(parser, name, field.size);
      break;
  }
}

function addBytes(parser: FieldBuilder, name: string, size: number): void {
  parser.buffer(name, {
    // It takes the number 0 for a missing length.
    length: size === 0 ? () => 0 : size,
    formatter(found) {
      if (found.length < size) throw new RangeError(`${found.length} of ${size} bytes for ${name}`);
      return new Uint8Array(found);
    },
  });
}
