import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { trace } from '../../../src/bytes/index.js';
import { encodeFtraceCall, type FtraceLayout, mergeFtrace, readFtraceCalls } from '../../../src/payload/index.js';

const layout: FtraceLayout = { endian: 'le', wordSize: 8, stamped: true, cpuInIp: 0, topBitRestored: false };
const ringSize = 4096;

/** A ring of a CPU that stands at `cpu * ringSize`, its first record cut. */
function ring(counters: readonly number[], cpu: number) {
  const records = counters.map((counter) =>
    encodeFtraceCall({ ip: 0xffffffff81000000n, parentIp: 1n, cpu, counter: BigInt(counter) }, layout),
  );
  return trace(new Uint8Array(Buffer.concat([Uint8Array.of(1, 2, 3), ...records])), cpu * ringSize);
}

test.prop([fc.array(fc.uniqueArray(fc.nat({ max: 1000 }), { maxLength: 30 }), { maxLength: 5 })])(
  'all calls of all rings by their numbers, equal ones of the later ring first',
  (counters) => {
    const sorted = counters.map((numbers) => numbers.toSorted((a, b) => a - b));
    const merged = mergeFtrace(sorted.map(ring), layout);
    const expected = sorted
      .flatMap((numbers, cpu) => numbers.map((counter) => ({ counter, cpu })))
      .sort((a, b) => a.counter - b.counter || b.cpu - a.cpu);
    expect(
      readFtraceCalls(merged.bytes, layout).map(({ cpu, counter }) => ({ counter: Number(counter), cpu })),
    ).toEqual(expected);
    expect(merged.spans.every(({ how }) => how === 'copied')).toBe(true);
  },
);

test('calls of one ring that stand out of order stay as the kernel leaves them', () => {
  const merged = mergeFtrace([ring([5, 3, 9], 0), ring([4, 8], 1)], layout);
  expect(readFtraceCalls(merged.bytes, layout).map(({ counter }) => Number(counter))).toEqual([4, 5, 3, 8, 9]);
});
