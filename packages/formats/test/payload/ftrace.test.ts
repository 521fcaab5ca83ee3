import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  decodeFtraceCall,
  encodeFtraceCall,
  type FtraceLayout,
  formatFtraceCall,
  ftraceRecordSize,
  ftraceText,
  guessFtraceLayout,
} from '../../src/payload/index.js';

const plain = {
  endian: 'le',
  wordSize: 8,
  stamped: true,
  cpuInIp: 0,
  topBitRestored: false,
} as const satisfies FtraceLayout;

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

describe('the worked examples', () => {
  test.for([
    [
      '64-bit since 4.9',
      plain,
      '10 00 00 81 ff ff ff ff 00 01 00 81 ff ff ff ff 02 05 00 00 00 00 00 00',
      'CPU:2 ts:5 ffffffff81000010  ffffffff81000100  0xffffffff81000010 <- 0xffffffff81000100\n',
    ],
    [
      '64-bit up to 4.8',
      { ...plain, stamped: false },
      '10 00 00 81 ff ff ff ff 00 01 00 81 ff ff ff ff 02 00 00 00 00 00 00 00',
      '2 ffffffff81000010  ffffffff81000100  0xffffffff81000010 <- 0xffffffff81000100\n',
    ],
    [
      '32-bit ARM since 4.9',
      { ...plain, wordSize: 4, cpuInIp: 3 },
      '11 00 10 c0 00 00 20 c0 05 00 00 00 00 00 00 00',
      'CPU:1 ts:5 c0100011  c0200000  0xc0100011 <- 0xc0200000\n',
    ],
    [
      '32-bit since 4.9',
      { ...plain, wordSize: 4 },
      '10 00 10 c0 00 00 20 c0 01 05 00 00 00 00 00 00',
      'CPU:1 ts:5 c0100010  c0200000  0xc0100010 <- 0xc0200000\n',
    ],
    [
      '32-bit up to 4.8',
      { ...plain, wordSize: 4, stamped: false },
      '10 00 10 c0 00 00 20 c0 01 00 00 00',
      '1 c0100010  c0200000  0xc0100010 <- 0xc0200000\n',
    ],
    [
      '32-bit ARM up to 4.8',
      { ...plain, wordSize: 4, stamped: false, cpuInIp: 1 },
      '11 00 10 c0 00 00 20 c0',
      '1 c0100011  c0200000  0xc0100011 <- 0xc0200000\n',
    ],
    [
      '64-bit since 7.x, all zeros',
      { ...plain, topBitRestored: true },
      '00'.repeat(24),
      'CPU:0 ts:0 8000000000000000  8000000000000000  0x8000000000000000 <- 0x8000000000000000\n',
    ],
  ] as const satisfies [string, FtraceLayout, string, string][])('%s', ([, layout, stored, line]) => {
    const bytes = hex(stored);
    expect(ftraceRecordSize(layout)).toBe(bytes.length);
    const call = decodeFtraceCall(bytes, 0, layout);
    expect(formatFtraceCall(call, layout)).toBe(line);
    expect(encodeFtraceCall(call, layout)).toEqual(bytes);
    // What is over stands at the front.
    expect(ftraceText(new Uint8Array([1, 2, 3, ...bytes]), layout)).toBe(line);
  });
});

test('up to 6.14 the ECC notice is counted: lines begin in the middle of records', () => {
  const calls = [1n, 2n, 3n].map((counter) =>
    encodeFtraceCall({ ip: 0xffffffff81000000n, parentIp: 1n, cpu: 0, counter }, plain),
  );
  const notice = Buffer.from('\nECC: No errors detected\n');
  const lines = ftraceText(new Uint8Array(Buffer.concat([...calls, notice])), plain).split('\n');
  expect(lines.length).toBe(5);
  expect(lines[0]).not.toContain('ffffffff81000000 ');
  expect(lines[3]).toContain(Buffer.from(notice.subarray(9, 17)).reverse().toString('hex'));
});

describe('which layout', () => {
  const layouts: [string, FtraceLayout, bigint][] = [
    ['64-bit', plain, 0xffffffff81000000n],
    ['64-bit big-endian ppc64', { ...plain, endian: 'be' }, 0xc000000000010000n],
    ['arm64', plain, 0xffff800008010000n],
    ['32-bit', { ...plain, wordSize: 4 }, 0xc1000000n],
    ['32-bit ARM, two CPUs', { ...plain, wordSize: 4, cpuInIp: 1 }, 0xc0100000n],
    ['32-bit ARM, four CPUs', { ...plain, wordSize: 4, cpuInIp: 3 }, 0xc0100000n],
    ['64-bit up to 4.8', { ...plain, stamped: false }, 0xffffffff81000000n],
    ['32-bit up to 4.8', { ...plain, wordSize: 4, stamped: false }, 0xc1000000n],
  ];

  function ring(layout: FtraceLayout, base: bigint, cpu: number, calls: number): Uint8Array {
    const records = Array.from({ length: calls }, (_, i) => {
      const ip = (base + BigInt(i * 64)) | BigInt(layout.cpuInIp === 0 ? 0 : cpu & layout.cpuInIp);
      const call = { ip, parentIp: base + BigInt(i * 4096 + 4), cpu, counter: 5000n + BigInt(i * 2 + cpu) };
      return encodeFtraceCall(call, layout);
    });
    return new Uint8Array(Buffer.concat(records));
  }

  test.for(layouts)('%s', ([, layout, base]) => {
    const kernel = layout.stamped ? { major: 6, minor: 1 } : { major: 4, minor: 4 };
    const cut = 5;
    const rings = [0, 1].map((cpu) => ring(layout, base, cpu, 80).subarray(cut));
    const found = guessFtraceLayout(rings, layout.endian, kernel);
    expect(found.evident).toBe(true);
    expect(ftraceRecordSize(found.layout)).toBe(ftraceRecordSize(layout));
    expect(found.layout.wordSize).toBe(layout.wordSize);
    expect(found.layout.cpuInIp > 0).toBe(layout.cpuInIp > 0);
  });

  test('nothing but zeros: the 64-bit form, and it is said', () => {
    const found = guessFtraceLayout([new Uint8Array(110)], 'le', { major: 7, minor: 2 });
    expect(found).toMatchObject({ evident: false, layout: { wordSize: 8 } });
    expect(ftraceText(new Uint8Array(110), found.layout).split('\n').length - 1).toBe(4);
  });

  property.prop([
    fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 3 }),
    fc.constantFrom('le' as const, 'be' as const),
  ])('any rings', (rings, endian) => {
    const { layout } = guessFtraceLayout(rings, endian, { major: 6, minor: 1 });
    for (const bytes of rings) {
      expect(ftraceText(bytes, layout).split('\n').length - 1).toBe(
        Math.floor(bytes.length / ftraceRecordSize(layout)),
      );
    }
  });
});
