import { describe, expect, it } from 'vitest';
import { pstoreDecode } from './support/io.js';
import { engineOf, liveRecord, mediumError, recordOf } from './support/records.js';

const time = (seconds: bigint, nanoseconds = 0) => ({ seconds, nanoseconds });

const machine = {
  records: [
    liveRecord('dmesg-ramoops-0', 'Panic#2 Part1\nlater\n', {
      time: time(1_700_000_100n),
      reason: 'Panic',
      count: 2,
      part: 1,
    }),
    liveRecord('dmesg-ramoops-1', 'no time\n', { id: 1n }),
    liveRecord('dmesg-ramoops-2', 'Oops#1 Part1\nearlier\n', {
      time: time(1_700_000_000n, 123_456_000),
      reason: 'Oops',
      count: 1,
      part: 1,
    }),
    liveRecord('console-ramoops-0', 'console', { type: 'console' }),
    recordOf('old\n', { type: 'pmsg', state: 'erased' }),
    recordOf('dropped\n', { state: 'hidden', time: time(1_600_000_000n) }),
  ],
};

describe('show', () => {
  it('prints crashes oldest first, then the rest, then what the kernel would not show', async () => {
    const { status, stdout } = await pstoreDecode(['m'], engineOf({ m: machine }));
    expect(status).toBe(0);
    expect(stdout).toBe(`── 3 ── dmesg Oops#1 ── 2023-11-14T22:13:20.123456Z ── dmesg-ramoops-2 ── 0x100-0x200 ──
Oops#1 Part1
earlier

── 1 ── dmesg Panic#2 ── 2023-11-14T22:15:00Z ── dmesg-ramoops-0 ── 0x100-0x200 ──
Panic#2 Part1
later

── 2 ── dmesg ── dmesg-ramoops-1 ── 0x100-0x200 ──
no time

── 4 ── console ── console-ramoops-0 ── 0x100-0x200 ──
console

── recovered: not shown by the kernel ──

── 6 ── dmesg ── 2020-09-13T12:26:40Z ── ramoops, hidden ── 0x100-0x200 ──
dropped

── 5 ── pmsg ── ramoops, erased ── 0x100-0x200 ──
old

`);
  });

  it('puts the parts of one crash in the order of the log', async () => {
    const parts = [1, 3, 2].map((part) => recordOf(`part ${part}\n`, { time: time(1_700_000_000n), count: 1, part }));
    const { stdout } = await pstoreDecode(['m'], engineOf({ m: { records: parts } }));
    expect(stdout.match(/^part \d$/gm)).toEqual(['part 3', 'part 2', 'part 1']);
  });

  it('prints a crash of many parts as one log, and names what is missing where it belongs', async () => {
    const parts = [1, 2, 4].map((part) =>
      liveRecord(`dmesg-efi_pstore-${part}`, `Panic#2 Part${part}\n<6>line ${part}\n`, {
        backend: 'efi_pstore',
        time: time(1_700_000_000n),
        reason: 'Panic',
        count: 2,
        part,
      }),
    );
    const { stdout } = await pstoreDecode(['m'], engineOf({ m: { records: parts } }));
    expect(stdout).toBe(`── 1-3 ── dmesg Panic#2, 3 parts ── 2023-11-14T22:13:20Z ── efi_pstore ──
<6>line 4
── part 3 is missing ──
<6>line 2
<6>line 1

`);
  });

  it('keeps the talk on stderr: the input, the layout, the damage', async () => {
    const findings = [
      { code: 'area.layout', at: { start: 0, end: 0x10000 }, detail: 'record_size=0x8000' },
      { code: 'bytes.claim', at: { start: 0x40, end: 0x44 }, detail: '7 bytes' },
    ] as const;
    const { stdout, stderr } = await pstoreDecode(['m'], engineOf({ m: { ...machine, findings } }));
    expect(stderr).toBe(`# m: 64 KiB (65536 bytes); 6 records (4 dmesg, 1 console, 1 pmsg); 1 note, 1 damage, 0 lost
# layout: --ramoops record_size=0x8000
  damage 0x40-0x44 bytes.claim: 7 bytes
`);
    expect(stdout).not.toContain('layout');
  });

  it('says nothing beside the answer with --quiet', async () => {
    expect((await pstoreDecode(['m', '-q'], engineOf({ m: machine }))).stderr).toBe('');
  });

  it('lists a dozen damages and says where the others are', async () => {
    const findings = Array.from(
      { length: 20 },
      (_, i) => ({ code: 'bytes.claim', at: { start: i, end: i + 1 } }) as const,
    );
    const { stderr } = await pstoreDecode(['m'], engineOf({ m: { ...machine, findings } }));
    expect(stderr.match(/^ {2}damage /gm)).toHaveLength(12);
    expect(stderr).toContain('  and 8 more: pstore-decode verify lists them\n');
  });

  it('names each input when there are several', async () => {
    const { stdout } = await pstoreDecode(['show', 'a', 'b\x1b'], engineOf({ a: machine, 'b\x1b': machine }));
    expect(stdout.match(/^── input .*$/gm)).toEqual(['── input a ──', '── input b\\x{1b} ──']);
  });

  it('shows only what the kernel would with --as-kernel', async () => {
    const { status, stdout } = await pstoreDecode(['--as-kernel', '6.1', 'm'], engineOf({ m: machine }));
    expect(status).toBe(0);
    expect(stdout.match(/^── \d/gm)).toHaveLength(4);
    const none = { m: { records: [recordOf('x', { state: 'erased' })] } };
    const nothing = await pstoreDecode(['--as-kernel', '6.1', 'm'], engineOf(none));
    expect(nothing).toMatchObject({ status: 1, stdout: '' });
    expect(nothing.stderr).toContain('pstore-decode: m: that kernel would show no record\n');
  });

  it('writes the very bytes of the text with --raw', async () => {
    const raw = Uint8Array.from([0x1b, 0x5b, 0x31, 0x6d, 0xff, 0x00, 0x0a]);
    const { bytes } = await pstoreDecode(['--raw', 'm'], engineOf({ m: { records: [recordOf(raw), recordOf('b')] } }));
    expect([...bytes]).toEqual([...raw, 0x62]);
  });

  it('refuses to write --raw to a terminal', async () => {
    const ran = await pstoreDecode(['--raw', 'm'], engineOf({ m: machine }), { terminal: true });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toBe(
      'pstore-decode: --raw: refuses a terminal: text from a medium can drive it\n  hint: send it to a file or a pipe, or leave out --raw\n',
    );
  });

  it('keeps the records that came before an error of the medium, and exits with 2', async () => {
    const error = mediumError('EIO', 'cannot read 0x1000', 'make an image with ddrescue');
    const { status, stdout, stderr } = await pstoreDecode(['m'], engineOf({ m: { ...machine, error } }));
    expect(status).toBe(2);
    expect(stdout).toContain('earlier');
    expect(stderr).toMatch(/pstore-decode: m: cannot read 0x1000\n {2}hint: make an image with ddrescue\n$/);
  });

  it('crashes loudly on a bug, with status 2 and no broken terminal', async () => {
    const ran = await pstoreDecode(['m'], engineOf({ m: { error: new TypeError('bug \x1b[31m') } }));
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('internal error');
    expect(ran.stderr).toContain('bug \\x{1b}[31m');
  });
});
