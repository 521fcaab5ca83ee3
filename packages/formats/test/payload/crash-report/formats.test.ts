import { describe, expect, test } from 'vitest';
import type { HostileText } from '../../../src/bytes/hostile.js';
import { type CrashReport, crashReports, formatFrame, type Told } from '../../../src/payload/crash-report/index.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const said = (told: Told<HostileText> | undefined) => told && Buffer.from(told.value.hostile).toString('latin1');

function only(...lines: string[]): CrashReport {
  const reports = crashReports(bytes(`${lines.join('\n')}\n`));
  expect(reports).toHaveLength(1);
  return reports[0]!;
}

const register = (report: CrashReport, name: string) => report.registers.find((each) => each.name === name)?.value;

describe('formats that no vector holds, made after what is published of them', () => {
  test('riscv', () => {
    const report = only(
      '[    1.500001] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010',
      '[    1.500002] Oops [#1]',
      '[    1.500003] Modules linked in: veth bridge(E)',
      '[    1.500004] CPU: 7 PID: 99 Comm: sh Not tainted 6.6.25 #20',
      '[    1.500005] Hardware name: riscv-virtio,qemu (DT)',
      '[    1.500006] epc : one_function+0xc/0x14',
      '[    1.500007]  ra : its_caller+0x3a/0x42',
      '[    1.500008] epc : ffffffff8007dbb0 ra : ffffffff80ed8120 sp : ff2000000013bed0',
      '[    1.500009]  gp : ffffffff8202d8a0 tp : ff60000080289900 t0 : ff200000006d35c0',
      '[    1.500010]  s8 : 0000000000000000 s9 : ff60000080289900 s10: 0000000000000123',
      '[    1.500011]  s11: 0000000000000000 t3 : ffebffff4e9ac459 t4 : ffebffff4e9ac45a',
      '[    1.500012]  t5 : ffffffff818139a0 t6 : 0000000000000001',
      '[    1.500013] status: 0000000200000120 badaddr: 0000000000000010 cause: 000000000000000d',
      '[    1.500014] [<ffffffff8007dbb0>] one_function+0xc/0x14',
      '[    1.500015] Call Trace:',
      '[    1.500016] [<ffffffff8007dbb0>] one_function+0xc/0x14',
      '[    1.500017] [<ffffffff80ed8120>] its_caller+0x3a/0x42',
      '[    1.500018] ---[ end trace 0000000000000000 ]---',
    );
    expect(report).toMatchObject({ kind: 'oops', architecture: 'riscv', cpu: { value: 7 }, time: 1_500_001 });
    expect(formatFrame(report.top!)).toBe('one_function+0xc/0x14');
    expect(formatFrame(report.link!)).toBe('its_caller+0x3a/0x42');
    expect(report.faultAddress?.value).toBe(0x10n);
    expect(said(report.die)).toBe('Oops [#1]');
    expect(register(report, 'epc')).toBe(0xffffffff8007dbb0n);
    expect(register(report, 's10')).toBe(0x123n);
    expect(register(report, 'badaddr')).toBe(0x10n);
    expect(report.modules).toEqual([
      { name: 'veth', flags: '' },
      { name: 'bridge', flags: 'E' },
    ]);
    expect(report.trace.map(({ address }) => address)).toEqual([0xffffffff8007dbb0n, 0xffffffff80ed8120n]);
    expect(report.signature).toBe('v1:oops:one_function<its_caller');
  });

  test('mips', () => {
    const report = only(
      '[   36.519177] CPU 1 Unable to handle kernel paging request at virtual address 00000018, epc == 8ed80668, ra == 8ed03454',
      '[   36.529874] Oops[#1]:',
      '[   36.532203] CPU: 1 PID: 3306 Comm: hostapd Tainted: PF          O 4.14.87 #0',
      '[   36.542824] $ 0   : 00000000 00000001 ffffffff fffffffe',
      '[   36.548064] $ 4   : 8f2d5560 8f1a2c40 00000000 8f1a2d70',
      '[   36.574197] $24   : 0f046c00 8ec2808c                  ',
      '[   36.579419] $28   : 8e0ca000 8e0cbd20 00000000 8ed03454',
      '[   36.584641] Hi    : 51eb644c',
      '[   36.587506] Lo    : c28f3f71',
      '[   36.590423] epc   : 8ed80668 add_interface+0x6c/0x88 [mt76_lib]',
      '[   36.597419] ra    : 8ed03454 drv_add+0x7c/0x94 [mac80211]',
      '[   36.603656] Status: 11007c03 KERNEL EXL IE ',
      '[   36.607840] Cause : 4080000c (ExcCode 03)',
      '[   36.611833] BadVA : 00000018',
      '[   36.614701] PrId  : 0001992f (MIPS 1004Kc)',
      '[   36.618776] Modules linked in: mt76_lib mac80211(O)',
      '[   36.620000] Process hostapd (pid: 3306, threadinfo=8e0ca000, task=8ff7ea40, tls=77d5cdd8)',
      '[   36.630000] Stack : 8f2d5560 8f1a2c40 00000000 8f1a2d70 00000000 00000000 00000000 00000000',
      '[   36.640000] Call Trace:',
      '[   36.650000] [<8ed80668>] add_interface+0x6c/0x88 [mt76_lib]',
      '[   36.660000] [<82b64874>] 0x82b64874 [mt7603e@3e6ee6ae+0x96e0]',
      '[   36.670000] Code: 00000000  8c820018 <ac440000> 03e00008',
      '[   36.680000] ---[ end trace 749935782defeffc ]---',
    );
    expect(report).toMatchObject({ kind: 'oops', architecture: 'mips', comm: {}, taint: { value: 'PFO' } });
    expect(formatFrame(report.top!)).toBe('add_interface+0x6c/0x88 [mt76_lib]');
    expect(register(report, '$7')).toBe(0x8f1a2d70n);
    expect(register(report, '$25')).toBe(0x8ec2808cn);
    expect(register(report, '$31')).toBe(0x8ed03454n);
    expect(register(report, 'BadVA')).toBe(0x18n);
    expect(report.trace.map(({ symbol, address }) => [symbol, address])).toEqual([
      ['add_interface', 0x8ed80668n],
      [undefined, 0x82b64874n],
    ]);
    expect(report.code.map(said)).toEqual(['00000000  8c820018 <ac440000> 03e00008']);
  });

  test('s390', () => {
    const report = only(
      '[    1.707778] Unable to handle kernel pointer dereference in virtual kernel address space',
      '[    1.707942] Failing address: 000000000133b000 TEID: 000000000133b407',
      '[    1.707993] Fault in home space mode while using kernel ASCE.',
      '[    1.709436] Oops: 0004 ilc:2 [#1] SMP ',
      '[    1.709612] Modules linked in:',
      '[    1.709851] CPU: 0 PID: 32 Comm: kworker/u2:1 Not tainted 5.17.0-next #1',
      '[    1.710017] Hardware name: QEMU 3906 QEMU (KVM/Linux)',
      '[    1.710420] Krnl PSW : 0704d00180000000 00000000009e59e4 (number+0x464/0x5d0)',
      '[    1.710587]            R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:1 PM:0 RI:0 EA:3',
      '[    1.710645] Krnl GPRS: ffffff01fffffffc 0000000000000000 0000000000000001 0000000000000000',
      '[    1.710681]            0000000000000039 0affffff010affff 0000000000000000 0000000100000000',
      '[    1.710713]            0000000000000000 0affffff010affff ffffffff00000001 fffffffffffffffe',
      '[    1.710745]            000000000133bff3 000000000133bff1 00000000009e436e 000003800011bae0',
      '[    1.711937] Krnl Code: 00000000009e59d4: ecdcfff8a065\tclgrj',
      '[    1.712000] Call Trace:',
      '[    1.712001]  [<00000000009e59e4>] number+0x464/0x5d0 ',
      '[    1.712002] ([<00000000009e436e>] vsnprintf+0x2e/0x40)',
      '[    1.712003] Last Breaking-Event-Address:',
      '[    1.712004]  [<00000000009e59a0>] number+0x420/0x5d0',
      '[    1.712005] ---[ end trace 0000000000000000 ]---',
    );
    expect(report).toMatchObject({ kind: 'oops', architecture: 's390', pid: { value: 32 } });
    expect(said(report.comm)).toBe('kworker/u2:1');
    expect(formatFrame(report.top!)).toBe('number+0x464/0x5d0');
    expect(report.registers.map(({ name }) => name)).toEqual([
      'PSW mask',
      'PSW address',
      ...Array.from({ length: 16 }, (_, i) => `GPR${i}`),
    ]);
    expect(register(report, 'GPR5')).toBe(0x0affffff010affffn);
    expect(register(report, 'GPR15')).toBe(0x000003800011bae0n);
    expect(report.trace.map(({ symbol, reliable }) => [symbol, reliable])).toEqual([
      ['number', true],
      ['vsnprintf', false],
    ]);
  });

  test('x86 up to 4.8, with addresses', () => {
    const report = only(
      '[   10.000001] general protection fault: 0000 [#1] SMP ',
      '[   10.000002] Modules linked in: zfs(PO) spl(O) [last unloaded: foo]',
      '[   10.000003] CPU: 3 PID: 2332 Comm: z_wr_iss/0 Tainted: P           OE 3.16.0 #1',
      '[   10.000004] task: ffff8800c3fcaee0 ti: ffff8800c3fe0000 task.ti: ffff8800c3fe0000',
      '[   10.000005] RIP: 0010:[<ffffffff813662d2>]  [<ffffffff813662d2>] __const_udelay+0x12/0x30',
      '[   10.000006] RSP: 0018:ffff88041ecc3de8  EFLAGS: 00000006',
      '[   10.000007] RAX: 0000000001062560 RBX: 0000000000002710 RCX: 0000000000000006',
      '[   10.000008] Stack:',
      '[   10.000009]  ffff88041ecc3de8 ffff88041ecc3de8 ffff88041ecc3de8 ffff88041ecc3de8',
      '[   10.000010] Call Trace:',
      '[   10.000011]  <IRQ>  [<ffffffff8107dbb0>] ? left_over+0x10/0x20 [zfs]',
      '[   10.000012]  [<ffffffff8107dbc0>] caller+0x10/0x20',
      '[   10.000013]  <EOI> ',
      '[   10.000014] Code: 0f 0b <0f> 0b',
      '[   10.000015] RIP  [<ffffffff813662d2>] __const_udelay+0x12/0x30',
      '[   10.000016] ---[ end trace 749935782defeffc ]---',
    );
    expect(report).toMatchObject({ kind: 'oops', architecture: 'x86', taint: { value: 'POE' }, cpu: { value: 3 } });
    expect(report.die).toBeUndefined();
    expect(report.dieCount?.value).toBe(1);
    expect(report.top).toMatchObject({ symbol: '__const_udelay', address: 0xffffffff813662d2n });
    expect(register(report, 'RSP')).toBe(0xffff88041ecc3de8n);
    expect(report.trace.map(({ symbol, module, reliable }) => [symbol, module, reliable])).toEqual([
      ['left_over', 'zfs', false],
      ['caller', undefined, true],
    ]);
    expect(report.modules.map(({ name }) => name)).toEqual(['zfs', 'spl']);
  });

  test('32-bit x86, and a process line of 2.6', () => {
    const report = only(
      '<1>BUG: unable to handle kernel NULL pointer dereference at 00000004',
      '<0>Oops: 0002 [#2] SMP ',
      '<4>Pid: 123, comm: insmod Tainted: G      D    (2.6.38-8-generic #42-Ubuntu) HP/HP',
      '<4>EIP: 0060:[<f8a5c03d>] EFLAGS: 00010286 CPU: 1',
      '<4>EIP is at init_module+0x3d/0x50 [broken]',
      '<4>EAX: 00000000 EBX: f8a5c000 ECX: 00000001 EDX: 00000002',
      '<4>Call Trace:',
      '<4> [<c0101123>] ? do_one_initcall+0x23/0x190',
    );
    expect(report).toMatchObject({ kind: 'oops', pid: { value: 123 }, release: { value: '2.6.38-8-generic' } });
    expect(report.faultAddress?.value).toBe(4n);
    expect(register(report, 'EBX')).toBe(0xf8a5c000n);
    expect(formatFrame(report.top!)).toBe('init_module+0x3d/0x50 [broken]');
    expect(register(report, 'EFLAGS')).toBe(0x10286n);
    expect(report.signature).toBe('v1:oops:init_module');
  });

  test('32-bit ARM up to 5.19, arm64 up to 4.16', () => {
    const arm = only(
      '[    1.000001] Internal error: Oops: 17 [#1] SMP ARM',
      '[    1.000002] PC is at first+0x10/0x20 [mod]',
      '[    1.000003] LR is at second+0x10/0x20',
      '[    1.000004] pc : [<c0012340>]    lr : [<c0012350>]    psr: 60000013',
      '[    1.000005] [<c0012340>] (first [mod]) from [<c0012350>] (second+0x10/0x20)',
      '[    1.000006] [<c0012350>] (second) from [<c0012360>] (third+0x10/0x20)',
    );
    expect(arm.architecture).toBe('arm');
    expect(arm.trace.map(({ symbol }) => symbol)).toEqual(['first', 'second', 'third']);
    const arm64 = only(
      '[    1.000001] Internal error: Oops: 96000005 [#1] SMP',
      '[    1.000002] PC is at first+0x10/0x20',
      '[    1.000003] LR is at second+0x10/0x20',
      '[    1.000004] pc : [<ffffff8008012340>] lr : [<ffffff8008012350>] pstate: 60000145',
      '[    1.000005] sp : ffffff800a5cbc30',
      '[    1.000006] x29: ffffff800a5cbc30 x28: ffffffc0f5a8c000 ',
      '[    1.000007] Call trace:',
      '[    1.000008] [<ffffff8008012340>] first+0x10/0x20',
      '[    1.000009]  later+0x1/0x2 (P)',
    );
    expect(arm64.architecture).toBe('arm64');
    expect(register(arm64, 'pc')).toBe(0xffffff8008012340n);
    expect(arm64.trace.map(({ symbol }) => symbol)).toEqual(['first', 'later']);
  });

  test('32-bit powerpc', () => {
    const report = only(
      '[    1.000001] BUG: Unable to handle kernel data access at 0xfeedface',
      '[    1.000002] Oops: Kernel access of bad area, sig: 11 [#1]',
      '[    1.000003] NIP:  c0012340 LR: c0012350 CTR: 00000000',
      '[    1.000004] MSR:  00009032 <EE,ME,IR,DR,RI>  CR: 22000228  XER: 00000000',
      '[    1.000005] GPR00: 00000000 00000001 00000002 00000003 00000004 00000005 00000006 00000007 ',
      '[    1.000006] GPR08: 00000008 00000009 0000000a 0000000b 0000000c 0000000d 0000000e 0000000f ',
      '[    1.000007] NIP [c0012340] first+0x10/0x20',
    );
    expect(report).toMatchObject({ architecture: 'powerpc', top: { symbol: 'first' } });
    expect(Array.from({ length: 16 }, (_, i) => register(report, `GPR${String(i).padStart(2, '0')}`))).toEqual(
      Array.from({ length: 16 }, (_, i) => BigInt(i)),
    );
  });
});

describe('kinds', () => {
  test.each([
    ['soft-lockup', 'watchdog: BUG: soft lockup - CPU#113 stuck for 22s! [kopald:854]'],
    ['soft-lockup', 'NMI watchdog: BUG: soft lockup - CPU#0 stuck for 23s! [a b:1]'],
    ['hard-lockup', 'NMI watchdog: Watchdog detected hard LOCKUP on cpu 3'],
    ['hard-lockup', 'watchdog: CPU 1 Hard LOCKUP'],
    ['hard-lockup', 'Watchdog CPU:7 Hard LOCKUP'],
    ['hung-task', 'INFO: task kworker/u8:2:123 blocked for more than 120 seconds.'],
    ['hung-task', 'INFO: task sh:5 blocked in I/O wait for more than 122 seconds.'],
    ['rcu-stall', 'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:'],
    ['rcu-stall', 'INFO: rcu_sched self-detected stall on CPU { 2}  (t=21001 jiffies g=8727 c=8726 q=223)'],
    ['rcu-stall', 'rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-.... }'],
    ['oom', 'stress-ng invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0'],
    ['oom', 'Memory cgroup out of memory: Killed process 12 (a) total-vm:1kB'],
    ['kasan', 'BUG: KASAN: slab-use-after-free in foo+0x1/0x2'],
    ['kfence', 'BUG: KFENCE: out-of-bounds read in foo+0x1/0x2'],
    ['kcsan', 'BUG: KCSAN: data-race in foo / bar'],
    ['kmsan', 'BUG: KMSAN: uninit-value in foo+0x1/0x2'],
    ['ubsan', 'UBSAN: shift-out-of-bounds in lib/foo.c:1:2'],
    ['ubsan', 'Internal error: UBSAN: array index out of bounds: 00000000f2005512 [#1] SMP'],
    ['mce', 'mce: [Hardware Error]: CPU 0: Machine Check Exception: 5 Bank 4: be00000000000000'],
    ['mce', '{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0'],
    ['watchdog', 'watchdog: watchdog0: watchdog did not stop!'],
    ['sysrq', 'sysrq: Trigger a crash'],
    ['sysrq', 'sysrq: SysRq : Trigger a crash'],
    ['sysrq', 'SysRq : Trigger a crash'],
    ['bug', 'BUG: Bad page state in process sh  pfn:01234'],
    ['bug', 'Kernel bug detected[#1]:'],
    ['oops', 'Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP NOPTI'],
    ['oops', 'divide error: 0000 [#3] SMP'],
    ['warning', 'WARNING: at kernel/foo.c:12 foo+0x1/0x2()'],
    ['panic', 'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)'],
  ])('%s: %s', (kind, title) => {
    const report = only(`<1>[    1.000001] ${title}`);
    expect(report.kind).toBe(kind);
    expect(said(report.title)).toBe(title);
  });

  test('lockdep has a ruler over its title', () => {
    const ruler = '======================================================';
    expect(only(ruler, 'WARNING: possible circular locking dependency detected').kind).toBe('lockdep');
    expect(only(ruler, '[ INFO: possible circular locking dependency detected ]').kind).toBe('lockdep');
    expect(crashReports(bytes('WARNING: your disk is nearly full\n'))).toEqual([]);
  });

  test('one report for the lines of one machine check and of one lack of memory', () => {
    expect(
      only('CPU 0: Machine Check Exception: 4 Bank 0: 1', 'CPU 0: Machine Check Exception: 4 Bank 1: 1').kind,
    ).toBe('mce');
    const oom = only(
      'sh invoked oom-killer: gfp_mask=0',
      'CPU: 2 PID: 9 Comm: sh Not tainted 6.1.0 #1',
      'Out of memory: Killed process 9 (sh)',
    );
    expect(oom).toMatchObject({ cpu: { value: 2 }, pid: { value: 9 } });
    expect(said(oom.message)).toBe('Out of memory: Killed process 9 (sh)');
  });
});

test('KASAN names the place in its title, and what was done behind it', () => {
  const report = only(
    '==================================================================',
    'BUG: KASAN: slab-use-after-free in one_function+0x1a/0x40 [mod]',
    'Write of size 8 at addr ffff888012345678 by task sh/12',
    '',
    'CPU: 1 PID: 12 Comm: sh Not tainted 6.1.0 #1',
    'Call Trace:',
    ' <TASK>',
    ' dump_stack_lvl+0x34/0x44',
    ' print_report+0x170/0x4a5',
    ' kasan_report+0xa8/0x130',
    ' one_function+0x1a/0x40 [mod]',
    ' its_caller+0x1a/0x40',
    ' </TASK>',
  );
  expect(formatFrame(report.top!)).toBe('one_function+0x1a/0x40 [mod]');
  expect(said(report.message)).toBe('Write of size 8 at addr ffff888012345678 by task sh/12');
  expect(report.signature).toBe('v1:kasan:one_function<its_caller');
});

test('a list of modules goes on in the next line where it was too long for one', () => {
  const names = Array.from({ length: 90 }, (_, i) => `module_${i}`);
  const report = only(
    'Kernel panic - not syncing: x',
    `Modules linked in: ${names.slice(0, 60).join(' ')}`,
    ` ${names.slice(60).join(' ')} [last unloaded: gone]`,
  );
  expect(report.modules.map(({ name }) => name)).toEqual(names);
});

test('every value tells where it stands', () => {
  const text = bytes(
    '<4>[    1.000001] Kernel panic - not syncing: caf\xe9 \n<4>[    1.000002] CPU: 12 PID: 345 Comm: a b Not tainted 6.1.0-28 #1 x\n',
  );
  const [report] = crashReports(text);
  const at = (told: Told<unknown> | undefined) =>
    Buffer.from(text.subarray(told?.from.start, told?.from.end)).toString('latin1');
  expect(at(report?.title)).toBe('Kernel panic - not syncing: caf\xe9');
  expect(at(report?.cpu)).toBe('12');
  expect(at(report?.pid)).toBe('345');
  expect(at(report?.comm)).toBe('a b');
  expect(at(report?.release)).toBe('6.1.0-28');
  expect(at(report?.taint)).toBe('Not tainted');
  expect(report?.range).toEqual({ start: 0, end: text.length - 1 });
});
