import { findingKinds } from '@pstore-decode/formats';
import { describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, mediumError, recordOf } from './support/records.js';

const note = { code: 'area.slack', at: { start: 0x9000, end: 0xa000 } } as const;
const damage = { code: 'ecc.uncorrectable', at: { start: 0x80, end: 0x100 }, detail: '1 block' } as const;
const lost = { code: 'medium.unreadable', at: { start: 0x200, end: 0x400 } } as const;
const clean = { records: [recordOf('a')] };
const noted = { records: [recordOf('a', { findings: [note] })] };
const damaged = { records: [recordOf('a', { findings: [damage] })] };
const short = { ...clean, findings: [lost] };
const broken = { ...clean, error: mediumError('gone', 'input/output error', 'make an image') };
const media = { clean, noted, damaged, short, broken, none: {}, hole: { findings: [lost] } };

describe('verify', () => {
  it('prints findings in the order of the medium, each once, and no text', async () => {
    const m = {
      records: [recordOf('secret', { findings: [damage] })],
      findings: [note, damage, lost, { code: 'area.no-layout', at: null } as const],
    };
    const { status, stdout } = await pstoreDecode(['verify', 'm'], engineOf({ m }));
    expect(status).toBe(3);
    expect(stdout).toBe(`m:-: damage: ${findingKinds['area.no-layout'].meaning} [area.no-layout]
m:0x80-0x100: damage: ${findingKinds['ecc.uncorrectable'].meaning}; 1 block [ecc.uncorrectable]
m:0x200-0x400: lost: ${findingKinds['medium.unreadable'].meaning} [medium.unreadable]
m:0x9000-0xa000: note: ${findingKinds['area.slack'].meaning} [area.slack]
`);
  });

  it('counts damage with --json too', async () => {
    expect((await pstoreDecode(['verify', 'damaged', '--json'], engineOf(media))).status).toBe(3);
  });
});

/** Inputs, and the exit status of show, of show -e and of verify. */
const statuses: readonly (readonly [string, number, number])[] = [
  ['clean', 0, 0],
  ['noted', 0, 0],
  ['damaged', 0, 3],
  ['short', 0, 3],
  ['none', 1, 1],
  ['hole', 1, 3],
  ['missing', 2, 2],
  ['broken', 2, 2],
  ['clean none', 0, 0],
  ['none damaged', 0, 3],
  ['none none', 1, 1],
  ['damaged missing clean', 2, 2],
];

describe.each(statuses)('exit status of %s', (inputs, plain, counted) => {
  const names = inputs.split(' ');
  it.each([
    ['show', plain, []],
    ['show', counted, ['-e']],
    ['list', counted, ['--exit-status']],
    ['verify', counted, []],
    ['show', plain, ['--json']],
    ['show', counted, ['--jsonl', '-e']],
  ] as const)('%s: %s %j', async (command, status, flags) => {
    expect((await pstoreDecode([command, ...names, ...flags], engineOf(media))).status).toBe(status);
  });
});
