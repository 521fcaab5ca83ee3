/** What is needed of an ELF file (System V ABI, figures 4-3 and 4-10). Offsets are bytes of the file. */
export interface ElfSection {
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  readonly offset: number;
  /** Bytes that are there: less than the header claims where the file ends before. */
  readonly size: number;
  readonly link: number;
}

export interface ElfFile {
  readonly wordSize: 4 | 8;
  readonly littleEndian: boolean;
  readonly view: DataView;
  readonly sections: readonly ElfSection[];
}

export function isElf(file: Uint8Array): boolean {
  return file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46;
}

/** Null where the header or the table of sections is not all there. */
export function readElf(file: Uint8Array): ElfFile | null {
  if (!isElf(file) || file.length < 64) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const wordSize = file[4] === 2 ? 8 : 4;
  const littleEndian = file[5] !== 2;
  const is64 = wordSize === 8;
  const table = is64 ? Number(view.getBigUint64(0x28, littleEndian)) : view.getUint32(0x20, littleEndian);
  const entry = view.getUint16(is64 ? 0x3a : 0x2e, littleEndian);
  const count = view.getUint16(is64 ? 0x3c : 0x30, littleEndian);
  if (entry < (is64 ? 64 : 40) || count === 0 || table + entry * count > file.length) return null;
  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + entry * i;
    const word = (offset64: number, offset32: number) =>
      is64 ? view.getBigUint64(at + offset64, littleEndian) : BigInt(view.getUint32(at + offset32, littleEndian));
    const offset = Math.min(Number(word(0x18, 0x10)), file.length);
    return {
      type: view.getUint32(at + 4, littleEndian),
      flags: word(0x08, 0x08),
      address: word(0x10, 0x0c),
      offset,
      size: Math.min(Number(word(0x20, 0x14)), file.length - offset),
      link: view.getUint32(at + (is64 ? 0x28 : 0x18), littleEndian),
    };
  });
  return { wordSize, littleEndian, view, sections };
}
