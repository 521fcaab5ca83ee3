import { type ElfFile, type ElfSection, readElf } from './elf.js';
import { type Refused, type SymbolEntry, type SymbolTable, symbolTable } from './table.js';

const sectionType = { symbols: 2, note: 7, empty: 8 } as const;
const gnuBuildId = 3;

/** The symbols, the build id and the release of an uncompressed kernel image. Debug information is not looked at. */
export function readVmlinux(file: Uint8Array): SymbolTable | Refused {
  const elf = readElf(file);
  if (elf === null) return { refused: 'no ELF file, or its table of sections is not all there' };
  const symbols = elf.sections.find(({ type }) => type === sectionType.symbols);
  const names = symbols && elf.sections[symbols.link];
  if (symbols === undefined || names === undefined) return { refused: 'it has no symbol table: it was stripped' };
  const entries = entriesOf(elf, file, symbols, names);
  if (entries.length === 0) return { refused: 'its symbol table is empty' };
  const buildId = buildIdOf(elf, file);
  const release = releaseOf(elf, file, entries);
  return symbolTable(entries, {
    source: 'vmlinux',
    ...(buildId === undefined ? {} : { buildId }),
    ...(release === undefined ? {} : { release }),
  });
}

/** Functions, objects and labels of the kernel; not what is absolute, undefined, a section or a file. */
function entriesOf({ view, wordSize, littleEndian }: ElfFile, file: Uint8Array, table: ElfSection, names: ElfSection) {
  const step = wordSize === 8 ? 24 : 16;
  const entries: SymbolEntry[] = [];
  for (let at = table.offset; at + step <= table.offset + table.size; at += step) {
    const info = view.getUint8(at + (wordSize === 8 ? 4 : 12));
    const section = view.getUint16(at + (wordSize === 8 ? 6 : 14), littleEndian);
    const type = info & 15;
    if (type > 2 || section === 0 || section >= 0xff00) continue;
    const name = nameAt(file, names, view.getUint32(at, littleEndian));
    if (name === '' || /^(?:\$|\.L)/.test(name)) continue;
    const address =
      wordSize === 8 ? view.getBigUint64(at + 8, littleEndian) : BigInt(view.getUint32(at + 4, littleEndian));
    entries.push({ name, address, isWeak: info >> 4 === 2 });
  }
  return entries;
}

/** A name has at most 511 characters (KSYM_NAME_LEN). */
function nameAt(file: Uint8Array, names: ElfSection, offset: number): string {
  if (offset >= names.size) return '';
  const room = file.subarray(names.offset + offset, names.offset + Math.min(names.size, offset + 512));
  const end = room.indexOf(0);
  return end < 0 ? '' : ascii.decode(room.subarray(0, end));
}

/** Notes are owner, kind and content, each padded to four bytes. */
function buildIdOf({ view, littleEndian, sections }: ElfFile, file: Uint8Array): string | undefined {
  for (const { type, offset, size } of sections) {
    if (type !== sectionType.note) continue;
    for (let at = offset; at + 12 <= offset + size; ) {
      const owner = view.getUint32(at, littleEndian);
      const length = view.getUint32(at + 4, littleEndian);
      const kind = view.getUint32(at + 8, littleEndian);
      const content = at + 12 + padded(owner);
      if (content + length > offset + size) break;
      if (kind === gnuBuildId && ascii.decode(file.subarray(at + 12, at + 15)) === 'GNU' && length <= 64) {
        return Array.from(file.subarray(content, content + length), (byte) => byte.toString(16).padStart(2, '0')).join(
          '',
        );
      }
      at = content + padded(length);
    }
  }
  return undefined;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** `Linux version 6.1.0-28-amd64 (…` stands where the symbol linux_banner points. */
function releaseOf({ sections }: ElfFile, file: Uint8Array, entries: readonly SymbolEntry[]): string | undefined {
  const banner = entries.find(({ name }) => name === 'linux_banner')?.address;
  if (banner === undefined) return undefined;
  for (const { type, address, offset, size } of sections) {
    if (type === sectionType.empty || address === 0n || banner < address || banner >= address + BigInt(size)) continue;
    const at = offset + Number(banner - address);
    return /^Linux version ([\w.+~-]{1,100}) /.exec(
      ascii.decode(file.subarray(at, Math.min(at + 128, offset + size))),
    )?.[1];
  }
  return undefined;
}

const ascii = new TextDecoder('latin1');
