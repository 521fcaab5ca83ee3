interface Wanted {
  readonly symbols: readonly { readonly name: string; readonly address: bigint; readonly isWeak: boolean }[];
  readonly banner: string;
  readonly buildId: string;
}

/** A file with what is read of a vmlinux: sections of text (0x1000), the banner (0x2000), a note, symbols and names. */
export function makeVmlinux({ symbols, banner, buildId }: Wanted, wordSize: 4 | 8, littleEndian: boolean): Uint8Array {
  const is64 = wordSize === 8;
  const names = Buffer.from(`\0${symbols.map(({ name }) => `${name}\0`).join('')}`, 'latin1');
  const view = (size: number) => new DataView(new ArrayBuffer(size));
  const note = view(16 + buildId.length / 2);
  for (const [i, value] of [4, buildId.length / 2, 3].entries()) note.setUint32(i * 4, value, littleEndian);
  new Uint8Array(note.buffer).set(Buffer.from(`474e5500${buildId}`, 'hex'), 12);
  const step = is64 ? 24 : 16;
  const table = view(step * (symbols.length + 1));
  for (const [i, { name, address, isWeak }] of symbols.entries()) {
    const at = step * (i + 1);
    table.setUint32(at, names.indexOf(`\0${name}\0`) + 1, littleEndian);
    if (is64) table.setBigUint64(at + 8, address, littleEndian);
    else table.setUint32(at + 4, Number(address), littleEndian);
    table.setUint8(at + (is64 ? 4 : 12), ((isWeak ? 2 : 1) << 4) | 2);
    table.setUint16(at + (is64 ? 6 : 14), 1, littleEndian);
  }
  const contents: [type: number, address: number, bytes: Uint8Array, link: number][] = [
    [0, 0, new Uint8Array(0), 0],
    [1, 0x1000, new Uint8Array(16), 0],
    [1, 0x2000, Buffer.from(`${banner}\0`, 'latin1'), 0],
    [7, 0, new Uint8Array(note.buffer), 0],
    [2, 0, new Uint8Array(table.buffer), 5],
    [3, 0, names, 0],
  ];
  const headerSize = 64;
  const entry = is64 ? 64 : 40;
  const starts = contents.map(
    (_, i) => headerSize + contents.slice(0, i).reduce((sum, [, , { length }]) => sum + length, 0),
  );
  const sections = starts.at(-1)! + names.length;
  const file = view(sections + entry * contents.length);
  const word = (at: number, value: number) => {
    if (is64) file.setBigUint64(at, BigInt(value), littleEndian);
    else file.setUint32(at, value, littleEndian);
  };
  new Uint8Array(file.buffer).set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, littleEndian ? 1 : 2, 1]);
  word(is64 ? 0x28 : 0x20, sections);
  file.setUint16(is64 ? 0x3a : 0x2e, entry, littleEndian);
  file.setUint16(is64 ? 0x3c : 0x30, contents.length, littleEndian);
  for (const [i, [type, address, bytes, link]] of contents.entries()) {
    const at = sections + entry * i;
    file.setUint32(at + 4, type, littleEndian);
    word(at + (is64 ? 0x10 : 0x0c), address);
    word(at + (is64 ? 0x18 : 0x10), starts[i]!);
    word(at + (is64 ? 0x20 : 0x14), bytes.length);
    file.setUint32(at + (is64 ? 0x28 : 0x18), link, littleEndian);
    new Uint8Array(file.buffer).set(bytes, starts[i]!);
  }
  return new Uint8Array(file.buffer);
}
