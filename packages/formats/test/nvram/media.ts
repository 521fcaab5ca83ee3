import { deflateRawSync, deflateSync } from 'node:zlib';
import { encodeNvram, encodeReport, type NvramPartition, type NvramReport } from '../../src/nvram/index.js';
import { bytesOf } from './read.js';

/** A dump of about `size` bytes as a kernel prints it. */
export function dumpText(size = 400, count = 1, kernel = '6.1.192'): Uint8Array {
  const lines = [`Oops#${count} Part1\n`, `<4>[    1.000000] CPU: 0 PID: 1 Comm: sh Not tainted ${kernel} #1\n`];
  for (let i = 0; lines.join('').length < size; i++) {
    lines.push(`<6>[    ${i}.${String((i * 7919) % 1e6).padStart(6, '0')}] usb 1-${i % 7}: new device ${i}\n`);
  }
  return bytesOf(lines.join(''));
}

export function rawDeflate(text: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(text));
}

/** As the kernel compresses where pstore does not do it: `48 89 …`. */
export function zlib12(text: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(text, { windowBits: 12, memLevel: 4 }));
}

export const time = 1795213121n;

export const common: NvramPartition = {
  signature: 0x70,
  name: 'common',
  data: bytesOf('boot-device=\0auto?=true\0'),
  size: 256,
};
export const rtas: NvramPartition = {
  signature: 0xa0,
  name: 'ibm,rtas-log',
  data: Uint8Array.from([0, 0, 0, 2, 0, 0, 0, 9, 6, 0x50, 0, 0xe0]),
  size: 512,
};
export const firmware: NvramPartition = { signature: 0x51, name: 'ibm,CPU0log', data: new Uint8Array(100), size: 128 };
export const ofConfig: NvramPartition = { signature: 0x50, name: 'of-config', data: bytesOf('config'), size: 64 };
export const skiboot: NvramPartition = {
  signature: 0x51,
  name: 'ibm,skiboot',
  data: bytesOf('fast-reset=0\0'),
  size: 64,
};

/** The partition for dumps with this one; `before` is a dump that was there before it. */
export function oopsLog(report: NvramReport | null, before?: NvramReport, size = 2016): NvramPartition {
  const data = new Uint8Array(size - 16);
  for (const one of [before ?? null, report]) if (one !== null) data.set(encodeReport(one));
  return { signature: 0xa0, name: 'lnx,oops-log', data, size };
}

/** Good media to mutate, and where their fields are: headers of partitions and of reports. */
export function nvramSeeds(): { bytes: Uint8Array; fields: { offset: number; size: number }[] }[] {
  const compressed = { sequence: 2, payload: rawDeflate(dumpText(2000)), compressed: true, time };
  const own = { sequence: 3, payload: zlib12(dumpText(900).subarray(13)), compressed: true, time };
  const plain = { sequence: 1, payload: dumpText(1500), time };
  const old = { sequence: 7, payload: dumpText(600, 1, '3.4.0') };
  const removed = encodeReport(plain);
  const media = [
    encodeNvram([firmware, common, rtas, oopsLog(compressed)], 0x1000),
    encodeNvram([oopsLog(own), common, rtas, ofConfig], 0x1000),
    encodeNvram([skiboot, common, oopsLog(plain, undefined)], 0x1000, removed.subarray(0, 600)),
    encodeNvram([common, oopsLog(old, plain), rtas], 0xc00),
    encodeNvram([common, { ...rtas, data: encodeReport(plain), size: 1600 }, firmware], 0x1000),
    encodeNvram([rtas, oopsLog(null), common], 0x1000, removed.subarray(0, 500)),
  ];
  return media.map((bytes) => ({ bytes, fields: fieldsOf(bytes) }));
}

function fieldsOf(bytes: Uint8Array): { offset: number; size: number }[] {
  const fields: { offset: number; size: number }[] = [];
  for (let at = 0; at + 32 <= bytes.length; ) {
    const size = 16 * (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
    fields.push({ offset: at, size: 2 }, { offset: at + 2, size: 2 }, { offset: at + 4, size: 4 });
    for (const offset of [16, 20, 24, 26]) fields.push({ offset: at + offset, size: offset < 24 ? 4 : 2 });
    if (size === 0) break;
    at += size;
  }
  return fields;
}
