import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Finding, fuel, type PstoreRecord, type Report, trace } from '../../src/index.js';
import { ramoops } from '../../src/ramoops/index.js';
import { isZoneStart } from '../../src/ramoops/zone-start.js';
import { bytesOf, hitsOf, readAll, text } from './read.js';

const margin = 1 << 20;
const line = '<6>[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n';

function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../../test-vectors/ramoops/${name}/ramoops.bin`, import.meta.url)));
}

/** Bytes without structure. */
function noise(length: number): Uint8Array {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 0x41c64e6d) + 0x3039) >>> 0;
    return state >>> 23;
  });
}

/** What is read of a piece of a large medium, somewhere in it. */
function readExcerpt(content: Uint8Array, report: Report = () => undefined): PstoreRecord[] {
  const start = 0x1_2345_6000;
  const range = { start, end: start + content.length };
  const hits = hitsOf(content).map((at) => start + at);
  const area = { range, content: trace(content, start), hits, isExcerpt: true };
  return [...ramoops.records(area, report, {}, fuel())];
}

function inNoise(region: Uint8Array): Uint8Array {
  const excerpt = noise(margin + region.length + margin);
  excerpt.set(region, margin);
  return excerpt;
}

function zone(log: Uint8Array): Uint8Array {
  const header = Uint8Array.of(
    0x44,
    0x42,
    0x47,
    0x43,
    ...new Uint8Array(new Uint32Array([log.length, log.length]).buffer),
  );
  return new Uint8Array([...header, ...log]);
}

const shown = (records: readonly PstoreRecord[]) =>
  records.flatMap(({ file }) => (file === undefined ? [] : `${file.name} ${text(file.content.bytes)}`));

describe('in the middle of a large medium', () => {
  test.for([
    'deflate-ecc16-6.1',
    'deflate-noecc-7.2',
    'wrapped-ecc16-6.1',
    'deflate-noecc-6.1-ppc64',
    'ftrace-noecc-7.2',
  ])('%s gives the files that it gives alone', (name) => {
    const region = vector(name);
    expect(shown(readExcerpt(inNoise(region)))).toEqual(shown(readAll(region).records));
  });

  test.for([4 << 20, 0x7000])('regions %i bytes apart are told apart', (gap) => {
    const regions = ['deflate-ecc16-6.1', 'deflate-noecc-7.2', 'none-6.1', 'all-zones-noecc-6.1', 'zstd-6.1'].map(
      vector,
    );
    const excerpt = new Uint8Array(regions.reduce((sum, { length }) => sum + length + gap, 2 * margin));
    let at = margin;
    for (const region of regions) {
      excerpt.set(region, at);
      at += region.length + gap;
    }
    expect(shown(readExcerpt(excerpt))).toEqual(regions.flatMap((region) => shown(readAll(region).records)));
  });

  test('the code of the driver, which holds the signature too, is no part of the region behind it', () => {
    const region = vector('deflate-ecc16-6.1');
    const excerpt = inNoise(region);
    const code = Uint8Array.of(0x35, 0x44, 0x42, 0x47, 0x43, 0x89, 0x43, 0x08, 0x0f, 0x1f, 0x44, 0x00, 0x00);
    for (const at of [margin - 0x41234, margin - 0x41003, margin - 0x3fff1]) excerpt.set(code, at);
    expect(shown(readExcerpt(excerpt))).toEqual(shown(readAll(region).records));
  });

  test('first zones that lost their headers are found by their dumps', () => {
    const region = vector('deflate-noecc-7.2');
    const whole = readAll(region).records.map((one) => text(one.text.bytes));
    const [first] = hitsOf(region).filter((at) => region[at] === 0x44);
    const excerpt = inNoise(region);
    excerpt.fill(0xee, margin + (first ?? 0), margin + (first ?? 0) + 12);
    const found = readExcerpt(excerpt).map((one) => text(one.text.bytes));
    expect(found.filter((one) => !whole.includes(one))).toEqual([]);
    expect(found).toHaveLength(whole.length);
  });

  test('a region has whole pages', () => {
    const region = vector('deflate-ecc16-6.1');
    const layout = (findings: readonly Finding[]) => findings.find(({ code }) => code === 'area.layout')?.detail;
    const findings: Finding[] = [];
    readExcerpt(inNoise(region), (finding) => findings.push(finding));
    expect(layout(findings)?.replace(/mem_address=\w+/, 'mem_address=0x0')).toBe(layout(readAll(region).findings));
  });

  test('a zone that stands alone is as long as its log', () => {
    const records = readExcerpt(inNoise(zone(bytesOf(line.repeat(20)))));
    expect(records.map(({ state }) => state)).toEqual(['live']);
    expect(text(records[0]?.text.bytes ?? noise(0))).toBe(line.repeat(20));
  });

  test.for([
    ['a signature in a text', bytesOf(`persistent_ram_buffer sig: DBGC\n${line.repeat(20)}`)],
    ['a zone of noise', zone(noise(4000))],
    ['a zone with a line that is cut', zone(bytesOf(line.slice(0, 40)))],
    ['no signature', bytesOf(line.repeat(20))],
  ] as const)('%s is no region', ([, bytes]) => {
    expect(readExcerpt(inNoise(bytes))).toEqual([]);
  });
});

describe('an ftrace zone begins', () => {
  const region = vector('ftrace-noecc-7.2');

  test('where a trace stands behind its header', () => {
    const starts = hitsOf(region).filter((at) => region[at] !== 0x44 && region[at] !== 0x3d);
    expect(starts.length).toBeGreaterThan(0);
    for (const at of starts) expect(isZoneStart(region.subarray(at))).toBe(true);
  });

  test.for([
    ['all ones', new Uint8Array(512).fill(0xff)],
    ['zeros', new Uint8Array(512)],
    ['noise', noise(512)],
    ['small negative numbers', new Uint8Array(new BigInt64Array(64).map((_, i) => -BigInt(4 * i)).buffer)],
    ['text', bytesOf(line.repeat(7))],
  ] as const)('not where %s does', ([, content]) => {
    const at = hitsOf(region).find((hit) => region[hit] !== 0x44 && region[hit] !== 0x3d) ?? 0;
    const header = region.subarray(at, at + 12);
    expect(isZoneStart(new Uint8Array([...header, ...content]))).toBe(false);
  });
});
