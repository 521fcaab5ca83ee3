import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { parseGuid } from '../../src/bytes/guid.js';
import {
  type ErstRecord,
  type ErstSlot,
  encodeBcdTime,
  encodeCper,
  encodeErst,
  encodeErstRecord,
} from '../../src/erst/index.js';
import { machineCheck } from '../../src/erst/layout.js';
import { bytesOf } from './read.js';

/** When the machine of these tests booted, and what its first record is called. */
export const bootTime = 1795210244n;
export const firstId = (bootTime << 32n) + 1n;

/** A part of a dump as kernels write it, of about as many bytes of text. */
export function partText(part: number, count = 1, size = 400, kernel = '6.1.192'): Uint8Array {
  const lines = [`Oops#${count} Part${part}\n`, `<4>[    1.000000] CPU: 0 PID: 1 Comm: sh Not tainted ${kernel} #1\n`];
  for (let i = 0; lines.join('').length < size; i++) {
    lines.push(`<6>[    ${i}.${String((i * 7919 * part) % 1e6).padStart(6, '0')}] usb 1-${i % 7}: new device ${i}\n`);
  }
  return bytesOf(lines.join(''));
}

export function deflate(text: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(text));
}

/** A part of a dump, compressed as kernels since 4.18 do. */
export function dumpRecord(part: number, more: Partial<ErstRecord> = {}): Uint8Array {
  const id = firstId + BigInt(part) - 1n;
  return encodeErstRecord({ id, section: 'dmesg_z', payload: deflate(partText(part)), time: bootTime, ...more });
}

export function plainRecord(part: number, more: Partial<ErstRecord> = {}): Uint8Array {
  return dumpRecord(part, { section: 'dmesg', payload: partText(part), ...more });
}

/** `struct mce` of so many bytes. */
export function machineCheckBytes(size: number): Uint8Array {
  const zero = machineCheck.decode(new Uint8Array(machineCheck.size), 0, 'le');
  const registers = { status: 0xbe00000000800400n, misc: 0x86n, addr: 0x1234n, mcgStatus: 5n, ip: 0xffffffff81000000n };
  const place = { cs: 0x10, bank: 4, cpu: 1, extCpu: 1, apicId: 2, cpuid: 0x306a9, microcode: 0x28 };
  return machineCheck.encode({ ...zero, ...registers, ...place, time: bootTime }, 'le').subarray(0, size);
}

export function machineCheckRecord(id: bigint, size = 128): Uint8Array {
  return encodeErstRecord({ id, section: 'mce', payload: machineCheckBytes(size) });
}

/** Platform memory and PCI Express, told by the firmware. */
export function foreignRecord(id = 7n): Uint8Array {
  const header = {
    recordId: id,
    errorSeverity: 2,
    validationBits: 3,
    timestamp: encodeBcdTime(1700000000n, true),
    platformId: parseGuid('00112233-4455-6677-8899-aabbccddeeff'),
    creatorId: parseGuid('cf07c4bd-b789-4e18-b3c4-1f732cb57131'),
    notificationType: parseGuid('2dce8bb1-bdd7-450e-b9ad-9cf4ebd4f890'),
    flags: 5,
  };
  const memory = { sectionType: parseGuid('a5bc1114-6f64-4ede-b863-3e83ed7c83b1'), sectionSeverity: 2 };
  const fruText = new Uint8Array(20);
  fruText.set(bytesOf('DIMM "A"\x01'));
  const link = { sectionType: parseGuid('d995e954-bbc1-430f-ad91-b44dcb3c6f35'), sectionSeverity: 0, flags: 9 };
  return encodeCper(header, [
    { descriptor: { ...memory, fruText, validationBits: 2 }, body: new Uint8Array(80).fill(0x4d) },
    { descriptor: link, body: new Uint8Array(208).fill(0x50) },
  ]);
}

/** The pieces one after the other, each at the next multiple of `alignment`, with erased bytes between. */
export function packed(pieces: readonly Uint8Array[], alignment: number, blank = 0xff): Uint8Array {
  const sizes = pieces.map(({ length }) => Math.ceil(length / alignment) * alignment);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0)).fill(blank);
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    bytes.set(piece, at);
    at += sizes[i] as number;
  }
  return bytes;
}

/** A slot as the device may hold it: never used, in use or cleared, with a record of any kind. */
export const anySlot: fc.Arbitrary<ErstSlot | undefined> = fc
  .record({
    kind: fc.constantFrom('none', 'dmesg_z', 'dmesg', 'mce', 'foreign'),
    part: fc.integer({ min: 1, max: 5 }),
    count: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 40, max: 2000 }),
    number: fc.bigInt({ min: 1n, max: (1n << 64n) - 2n }),
    time: fc.bigInt({ min: 1n, max: (1n << 40n) - 1n }),
    isCleared: fc.boolean(),
  })
  .map(({ kind, part, count, length, number: id, time, isCleared }) => {
    if (kind === 'none') return undefined;
    const text = partText(part, count, length);
    const dump = kind === 'dmesg' ? { section: kind, payload: text } : { payload: deflate(text) };
    const record =
      kind === 'mce'
        ? machineCheckRecord(id)
        : kind === 'foreign'
          ? foreignRecord(id)
          : dumpRecord(1, { id, time, ...dump });
    return isCleared ? { record, entry: 0n } : { record };
  });

/** Good media to mutate, and where their fields are: headers, map, lengths and GUIDs. */
export function erstSeeds(): { bytes: Uint8Array; fields: { offset: number; size: number }[] }[] {
  const records = [
    dumpRecord(1),
    plainRecord(2),
    machineCheckRecord(firstId + 8n, 120),
    foreignRecord(),
    dumpRecord(3, { payload: deflate(partText(3, 1, 9000)) }),
  ];
  const slots = records.map((record) => ({ record }));
  const cleared = slots.map(({ record }, i) => (i % 2 === 0 ? { record, entry: 0n } : { record }));
  const inside = encodeErst({ slots: [...slots, undefined, ...cleared], recordSize: 4096 });
  const media = [
    encodeErst({ slots, recordSize: 4096 }),
    encodeErst({ slots: [undefined, ...cleared, undefined], recordSize: 4096 }),
    encodeErst({ slots: [...slots, ...slots], recordSize: 8192 }).subarray(0, 0x11000),
    packed([new Uint8Array(700).fill(0x5a), inside, new Uint8Array(100)], 4),
    packed(records, 1),
    packed(records, 4096, 0),
    packed([bytesOf('firmware'), ...records, dumpRecord(5).subarray(140), plainRecord(6).subarray(144)], 16),
    foreignRecord(),
  ];
  return media.map((bytes) => ({ bytes, fields: fieldsOf(bytes) }));
}

/** Headers of stores and records, and the map, found by their first bytes. */
function fieldsOf(bytes: Uint8Array): { offset: number; size: number }[] {
  const fields: { offset: number; size: number }[] = [];
  const latin = Buffer.from(bytes).toString('latin1');
  for (const { index } of latin.matchAll(/ERSTSTOR/g)) {
    for (const offset of [8, 12, 16, 20]) fields.push({ offset: index + offset, size: 4 });
    for (let slot = 0; slot < 12; slot++) fields.push({ offset: index + 24 + 8 * slot, size: 8 });
  }
  for (const { index } of latin.matchAll(/CPER/g)) {
    for (const offset of [12, 16, 20, 128, 132]) fields.push({ offset: index + offset, size: 4 });
    for (const offset of [4, 10]) fields.push({ offset: index + offset, size: 2 });
    for (const offset of [24, 64, 96, 144, 200]) fields.push({ offset: index + offset, size: 8 });
  }
  return fields.filter(({ offset, size }) => offset >= 0 && offset + size <= bytes.length);
}
