import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { dumpReasons } from '../../src/index.js';
import { formatPartLine, kernelVersionIn, parsePartLine } from '../../src/payload/index.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('the first line of a part', () => {
  const line = fc.record({ reason: fc.constantFrom(...dumpReasons), count: fc.nat(), part: fc.nat() });
  property.prop([line])('what is written is read', (value) => {
    expect(parsePartLine(bytes(formatPartLine(value)))).toEqual(value);
  });

  test.for([
    '',
    'Panic#1 Part1',
    'panic#1 Part1\n',
    'Panic#1 Part\n',
    'Nonsense#1 Part1\n',
    'Panic#-1 Part1\n',
    ' Panic#1 Part1\n',
  ])('%j is none', (text) => {
    expect(parsePartLine(bytes(text))).toBeNull();
  });
});

describe('the kernel a text names', () => {
  test.for([
    ['[    0.000000] Linux version 6.1.192-pstorevec (root@vm)', { major: 6, minor: 1, sublevel: 192 }],
    ['Linux version 5.10.0-28-amd64\n…\nLinux version 6.12-rc3 (x)', { major: 6, minor: 12 }],
    ['CPU: 0 PID: 1 Comm: sh Not tainted 7.2.13-x #1', { major: 7, minor: 2, sublevel: 13 }],
    ['CPU: 0 PID: 77 Comm: sh Tainted: G      D            6.1.192 #1', { major: 6, minor: 1, sublevel: 192 }],
    ['no version at all, 6.1.2 not even here', null],
    ['', null],
  ] as const)('%j', ([text, version]) => expect(kernelVersionIn(bytes(text))).toEqual(version));
});
