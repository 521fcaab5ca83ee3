import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { trace } from '../src/bytes/index.js';
import { crashLog, joinCrashes } from '../src/crash.js';
import type { PstoreRecord } from '../src/record.js';

interface Numbers {
  readonly count?: number;
  readonly part?: number;
  readonly at?: number;
  readonly reason?: 'Oops' | 'Panic';
  readonly state?: PstoreRecord['state'];
}

function part(numbers: Numbers, line = ''): PstoreRecord {
  const { at, reason = 'Panic', state = 'live', ...rest } = numbers;
  const head = rest.part === undefined ? '' : `${reason}#${rest.count} Part${rest.part}\n`;
  const text = trace(new TextEncoder().encode(head + line), 0);
  return {
    backend: 'efi_pstore',
    type: 'dmesg',
    state,
    reason,
    ...rest,
    ...(at === undefined ? {} : { time: { seconds: BigInt(at), nanoseconds: 0 } }),
    stored: { start: 0, end: text.bytes.length },
    payload: text,
    text,
    findings: [],
  };
}

const join = (records: readonly PstoreRecord[]) => joinCrashes(records, (record) => record);
const inWords = (records: readonly PstoreRecord[]) =>
  join(records).map(
    ({ reason, count, parts, missing }) =>
      `${reason}#${count}: ${parts.map((each) => each.part).join(' ')}${missing.length === 0 ? '' : ` without ${missing.map(({ first, last }) => `${first}-${last}`).join(' ')}`}`,
  );

describe('joinCrashes', () => {
  test('the highest part, which holds the oldest lines, comes first', () => {
    expect(inWords([1, 2, 3].map((n) => part({ count: 1, part: n, at: 100 })))).toEqual(['Panic#1: 3 2 1']);
  });

  test('parts straddle a second', () => {
    const at = (n: number) => (n < 10 ? 678 : 679);
    const parts = Array.from({ length: 18 }, (_, i) => part({ count: 1, part: i + 1, at: at(i + 1) }));
    expect(join(parts)).toHaveLength(1);
  });

  test('two dumps whose parts come in turn', () => {
    const parts = [1, 2].flatMap((n) => [
      part({ count: 1, part: n, at: 100, reason: 'Oops' }),
      part({ count: 2, part: n, at: 100 }),
    ]);
    expect(inWords(parts)).toEqual(['Oops#1: 2 1', 'Panic#2: 2 1']);
  });

  test('counts begin again at boot, also within a minute', () => {
    const boot = (at: number) => [1, 2].map((n) => part({ count: 1, part: n, at }));
    expect(inWords([...boot(100), ...boot(130)])).toEqual(['Panic#1: 2 1', 'Panic#1: 2 1']);
    expect(inWords([part({ count: 1, part: 1, at: 100 }), part({ count: 1, part: 2, at: 161 })])).toHaveLength(2);
  });

  test('missing parts are named', () => {
    const parts = [2, 5].map((n) => part({ count: 1, part: n, at: 100 }));
    expect(inWords(parts)).toEqual(['Panic#1: 5 2 without 3-4 1-1']);
  });

  test('records without numbers, and of other states, stand for themselves', () => {
    expect(
      join([part({}), part({}), part({ count: 1, part: 1 }), part({ count: 1, part: 2, state: 'erased' })]),
    ).toHaveLength(4);
    expect(join([{ ...part({ count: 1, part: 1 }), type: 'console' }])).toEqual([]);
  });

  property.prop([fc.array(fc.record({ count: fc.nat(3), part: fc.integer({ min: 1, max: 6 }), at: fc.nat(200) }))])(
    'every record is in one crash, whose parts descend',
    (given) => {
      const records = given.map((numbers) => part(numbers));
      const crashes = join(records);
      expect(new Set(crashes.flatMap(({ parts }) => parts))).toEqual(new Set(records));
      expect(crashes.flatMap(({ parts }) => parts)).toHaveLength(records.length);
      for (const { parts, missing } of crashes) {
        const numbers = parts.map((each) => each.part ?? 0);
        const absent = missing.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
        expect(new Set([...numbers, ...absent]).size).toBe(numbers.length + absent.length);
        expect(numbers.length + absent.length).toBe(Math.max(...numbers));
      }
    },
  );
});

test('a number is a claim', () => {
  expect(inWords([part({ count: 1, part: 4_000_000_000, at: 1 })])).toEqual([
    'Panic#1: 4000000000 without 1-3999999999',
  ]);
});

test('crashLog has no first lines, and names what is missing where it belongs', () => {
  const [crash] = join([2, 4, 5].map((n) => part({ count: 1, part: n, at: 100 }, `line ${n}\n`)));
  const log = [...crashLog(crash!)].map((piece) => ('bytes' in piece ? new TextDecoder().decode(piece.bytes) : piece));
  expect(log).toEqual(['line 5\n', 'line 4\n', { first: 3, last: 3 }, 'line 2\n', { first: 1, last: 1 }]);
});
