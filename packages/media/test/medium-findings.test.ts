import { fc, test } from '@fast-check/vitest';
import type { Finding } from '@pstore-decode/formats';
import { describe, expect } from 'vitest';
import { joinMediumFindings } from '../src/medium-findings.js';

fc.configureGlobal({ seed: 1905 });

const unreadable = (start: number, end: number): Finding => ({ code: 'medium.unreadable', at: { start, end } });
const short = (start: number, end: number): Finding => ({ code: 'medium.short', at: { start, end } });
const slack: Finding = { code: 'area.slack', at: { start: 0, end: 9 } };
const whole: Finding = { code: 'medium.short', at: null };

describe('findings of chunks', () => {
  const table: [name: string, told: Finding[], heard: Finding[]][] = [
    ['touching', [unreadable(0, 8), unreadable(8, 16), unreadable(16, 20)], [unreadable(0, 20)]],
    ['overlapping', [unreadable(0, 9), unreadable(8, 16)], [unreadable(0, 16)]],
    ['apart', [unreadable(0, 8), unreadable(9, 16)], [unreadable(0, 8), unreadable(9, 16)]],
    ['of two kinds', [unreadable(0, 8), short(8, 16)], [unreadable(0, 8), short(8, 16)]],
    ['told before', [unreadable(0, 8), unreadable(20, 30), unreadable(2, 6)], [unreadable(0, 8), unreadable(20, 30)]],
    [
      'told in part',
      [unreadable(4, 8), short(0, 1), unreadable(2, 9)],
      [unreadable(4, 8), short(0, 1), unreadable(2, 4), unreadable(8, 9)],
    ],
    ['not of the medium', [unreadable(0, 8), slack, unreadable(8, 9)], [slack, unreadable(0, 9)]],
    ['without a range', [whole, whole], [whole, whole]],
  ];
  test.each(table)('%s', (_, told, heard) => {
    const findings: Finding[] = [];
    const joined = joinMediumFindings((finding) => findings.push(finding));
    for (const finding of told) joined.report(finding);
    joined.flush();
    joined.flush();
    expect(findings).toEqual(heard);
  });

  const ranges = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 9 })), { maxLength: 20 });
  test.prop([ranges])('every byte is told once', (pairs) => {
    const heard: number[] = [];
    const joined = joinMediumFindings(({ at }) => {
      for (let i = at!.start; i < at!.end; i++) heard.push(i);
    });
    const told = new Set<number>();
    for (const [start, length] of pairs) {
      joined.report(unreadable(start, start + length));
      for (let i = start; i < start + length; i++) told.add(i);
    }
    joined.flush();
    expect(heard.sort((a, b) => a - b)).toEqual([...told].sort((a, b) => a - b));
  });
});
