import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { HostileText } from '../../../src/bytes/hostile.js';
import { type CrashReport, crashReports, formatFrame, type Told } from '../../../src/payload/crash-report/index.js';

/** What a reader of the text wrote down; registers in hexadecimal, as many as are worth naming, none where it has none. */
interface ExpectedReport {
  readonly kind: string;
  readonly title: string;
  readonly top: string | null;
  readonly message?: string;
  readonly cpu?: number;
  readonly pid?: number;
  readonly comm?: string;
  readonly taint?: string;
  readonly release?: string;
  readonly registers: Readonly<Record<string, string>>;
}

const oops = new URL('../../../../../test-vectors/oops/', import.meta.url);
const said = (told: Told<HostileText> | undefined) => told && new TextDecoder().decode(told.value.hostile);

/** The registers to compare: all of them where there should be none. */
function wanted(expected: ExpectedReport | undefined, { registers }: CrashReport): [name: string, digits: string][] {
  const named = Object.entries(expected?.registers ?? {});
  return named.length > 0 ? named : registers.map(({ name }) => [name, '']);
}

describe.each(readdirSync(oops).filter((name) => !name.endsWith('.md')))('%s', (folder) => {
  const expected: Record<string, ExpectedReport[]> = JSON.parse(
    readFileSync(new URL(`${folder}/expected.json`, oops), 'utf8'),
  );

  test('every text is expected', () => {
    const texts = readdirSync(new URL(`${folder}/`, oops)).filter((name) => name.endsWith('.txt'));
    expect(texts.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s', (name, reports) => {
    const text = new Uint8Array(readFileSync(new URL(`${folder}/${name}`, oops)));
    const found = crashReports(text).map((report, i) => ({
      kind: report.kind,
      title: said(report.title),
      top: report.top === undefined ? null : formatFrame(report.top),
      ...(reports[i]?.message === undefined ? {} : { message: said(report.message) }),
      ...(report.cpu === undefined ? {} : { cpu: report.cpu.value }),
      ...(report.pid === undefined ? {} : { pid: report.pid.value }),
      ...(report.comm === undefined ? {} : { comm: said(report.comm) }),
      ...(report.taint === undefined ? {} : { taint: report.taint.value }),
      ...(report.release === undefined ? {} : { release: report.release.value }),
      registers: Object.fromEntries(
        wanted(reports[i], report).map(([register, digits]) => {
          const value = report.registers.filter((each) => each.name === register).map((each) => each.value);
          return [register, value.map((each) => each.toString(16).padStart(digits.length, '0')).join(' and ')];
        }),
      ),
    }));
    expect(found).toEqual(reports);
  });
});
