import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  formatRamoopsParameters,
  parseRamoopsParameters,
  ramoopsParametersOfCmdline,
} from '../../src/ramoops/index.js';

describe('ramoops parameters', () => {
  test.for([
    ['record_size=0x8000,console_size=32K,ecc=1', { recordSize: 0x8000, consoleSize: 0x8000, eccSize: 16 }],
    ['ramoops.record_size=32768 ramoops.pmsg_size=0', { recordSize: 32768, pmsgSize: 0 }],
    ['mem_address=0x6000000;mem_size=0x40000;ecc=8', { memAddress: 0x6000000, memSize: 0x40000, eccSize: 8 }],
    ['mem_size=1M ftrace_size=010', { memSize: 1 << 20, ftraceSize: 8 }],
    ['mem_type=1 dump_oops=0 max_reason=2', {}],
    ['', {}],
  ] as const)('%s', ([words, expected]) => expect(parseRamoopsParameters(words)).toEqual(expected));

  test.for([
    'record_sze=1',
    'record_size',
    'record_size=',
    'record_size=-1',
    'record_size=1T',
    'ecc=65',
    'mem_size=0x',
    '__proto__=1',
  ])('%s is refused by name', (words) => expect(() => parseRamoopsParameters(words)).toThrow(RangeError));

  test('out of a command line', () => {
    const cmdline = 'ro quiet ramoops.mem_size=0x100000 memmap=1M!0x30000000 ramoops.ecc=1 pstore.compress=lzo';
    expect(ramoopsParametersOfCmdline(cmdline)).toEqual({ memSize: 0x100000, eccSize: 16 });
    expect(ramoopsParametersOfCmdline('ro quiet')).toBeNull();
  });

  const size = fc.nat({ max: 2 ** 40 });
  property.prop([
    fc.record(
      { memAddress: size, memSize: size, recordSize: size, pmsgSize: size, eccSize: fc.integer({ min: 2, max: 64 }) },
      { requiredKeys: [] },
    ),
  ])('what is printed can be pasted back', (parameters) => {
    expect(parseRamoopsParameters(formatRamoopsParameters(parameters))).toEqual(parameters);
  });

  property.prop([fc.string()])('any words: parameters or a RangeError', (words) => {
    try {
      parseRamoopsParameters(words);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  });
});
