import { describe, expect, test } from 'vitest';
import { formatZoneParameters, parseZoneParameters } from '../../src/zone/index.js';

describe('parameters of the driver', () => {
  test.each([
    ['', {}],
    ['kmsg_size=64', { kmsgSize: 0x10000 }],
    [
      'pstore_blk.blkdev=/dev/vda pstore_blk.pmsg_size=0x20;console_size=040',
      { pmsgSize: 0x8000, consoleSize: 0x8000 },
    ],
    ['ftrace_size=0,pmsg_size=-1', { ftraceSize: 0, pmsgSize: 0 }],
    // The driver takes a number that is no multiple of 4 for bytes, and rounds it up.
    ['kmsg_size=10,pmsg_size=4097', { kmsgSize: 4096, pmsgSize: 8192 }],
  ])('%s', (text, parameters) => {
    expect(parseZoneParameters(text)).toEqual(parameters);
    expect(parseZoneParameters(formatZoneParameters(parameters))).toEqual(parameters);
  });

  test.each(['kmsg_size', 'record_size=64', 'kmsg_size=', 'kmsg_size=64K', 'kmsg_size=-2', 'kmsg_size=131073'])(
    'refuses %s',
    (text) => expect(() => parseZoneParameters(text)).toThrow(RangeError),
  );

  test('tell the share that all CPUs have as the driver was told it', () => {
    expect(formatZoneParameters({ ftraceSize: 0xffff, kmsgSize: 0x10000 })).toBe('kmsg_size=64,ftrace_size=64');
  });
});
