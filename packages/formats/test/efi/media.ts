import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import {
  type EfiVariable,
  encodeEfi,
  encodeNvarFile,
  encodeStore,
  flashGeometries,
  formatDumpVariableName,
} from '../../src/efi/index.js';
import { bytesOf } from './read.js';

/** A small flash, so that a counterexample can be read. */
export const tiny = { size: 0x8000, storeEnd: 0x3000, workingAt: 0x3000, spareAt: 0x4000 } as const;

/** What a variable of another vendor looks like. */
export const otherGuid = Uint8Array.from({ length: 16 }, (_, i) => 0x11 * i);

/** The name that a kernel since 3.12 gives. */
export function nameOfPart(part: number, count = 1, time = 1795210374n, compressed = true): string {
  return formatDumpVariableName({ type: 0, part, count, time, compressed });
}

/** A part of a dump as kernels write it, of about as many bytes of text. */
export function partText(part: number, count = 1, size = 400, kernel = '6.1.192'): Uint8Array {
  const lines = [`Oops#${count} Part${part}\n`, `<4>[    1.000000] CPU: 0 PID: 1 Comm: sh Not tainted ${kernel} #1\n`];
  for (let i = 0; lines.join('').length < size; i++) {
    lines.push(`<6>[    ${i}.${String((i * 7919 * part) % 1e6).padStart(6, '0')}] usb 1-${i % 7}: new device ${i}\n`);
  }
  return bytesOf(lines.join(''));
}

/** The variable of a part, compressed as kernels since 4.18 do. */
export function dumpPart(part: number, count = 1, more: Partial<EfiVariable> = {}): EfiVariable {
  return { name: nameOfPart(part, count), data: deflate(partText(part, count)), ...more };
}

export function deflate(text: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(text));
}

const states = [0x3f, 0x3e, 0x3d, 0x3c, 0x7f] as const;

/** A variable as firmware may hold it: a dump, or one of another vendor, in any state. */
export const anyVariable: fc.Arbitrary<EfiVariable> = fc
  .record({
    isDump: fc.boolean(),
    part: fc.integer({ min: 1, max: 4 }),
    count: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 40, max: 500 }),
    state: fc.constantFrom(...states),
    isPlain: fc.boolean(),
    word: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
    noise: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ isDump, part, count, length, state, isPlain, word, noise }): EfiVariable => {
    if (!isDump) return { name: word, data: noise, guid: otherGuid, state };
    const text = partText(part, count, length);
    const name = nameOfPart(part, count, 1795210374n, !isPlain);
    return { name, data: isPlain ? text : deflate(text), state };
  });

/** Good media to mutate, and where their fields are: states, sizes, GUIDs and names of variables. */
export function efiSeeds(): { bytes: Uint8Array; fields: { offset: number; size: number }[] }[] {
  const parts = [1, 2, 3].flatMap((part) => states.map((state, i) => dumpPart(part, i + 1, { state })));
  const others = states.map(
    (state): EfiVariable => ({ name: 'Boot0000', data: bytesOf('disk'), guid: otherGuid, state }),
  );
  const half = dumpPart(9, 9, { state: 0x7f, written: 150 });
  const variables = [...others, ...parts.slice(0, 9), half];
  const nvar = parts.slice(0, 5).map(({ name, data }, i) => ({
    name,
    data: i === 2 ? [data.subarray(9), data] : [data],
    isDeleted: i === 1,
    isInline: i === 3,
    isAscii: i !== 4,
  }));
  const media = [
    encodeEfi({ variables, geometry: tiny }),
    encodeEfi({ variables, geometry: tiny, kind: 'plain', reclaims: 2 }),
    encodeEfi({ variables: parts, geometry: tiny, spare: parts.slice(2, 6), isInterrupted: true }),
    encodeEfi({ variables, geometry: tiny, kind: 'VSS2', spare: variables, reclaims: 1 }),
    encodeEfi({ variables: others, geometry: flashGeometries.ovmf2M }).subarray(0, 0x10000),
    ...(['$VSS', '$SVS', '$NSS'] as const).map((kind) => encodeStore(variables, 0x3000, kind)),
    encodeNvarFile(nvar, 0x2000),
  ];
  return media.map((bytes) => ({ bytes, fields: fieldsOf(bytes) }));
}

/** Headers of variables, entries and stores, found by their first bytes. */
function fieldsOf(bytes: Uint8Array): { offset: number; size: number }[] {
  const fields: { offset: number; size: number }[] = [];
  const latin = Buffer.from(bytes).toString('latin1');
  for (const { index } of latin.matchAll(/\xaa\x55[^\xff]/g)) {
    for (const offset of [8, 12, 36, 40, 44]) fields.push({ offset: index + offset, size: 4 });
    fields.push({ offset: index + 2, size: 2 });
  }
  for (const { index } of latin.matchAll(/NVAR/g)) {
    fields.push({ offset: index + 4, size: 2 }, { offset: index + 6, size: 4 });
  }
  for (const { index } of latin.matchAll(/Z\xfe/g)) fields.push({ offset: index - 4, size: 4 });
  for (const { index } of latin.matchAll(/_FVH/g)) {
    fields.push({ offset: index - 8, size: 8 }, { offset: index + 8, size: 2 });
  }
  return fields.filter(({ offset, size }) => offset >= 0 && offset + size <= bytes.length);
}
