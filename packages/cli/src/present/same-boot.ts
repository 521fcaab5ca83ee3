import {
  type ByteRange,
  extent,
  forJson,
  forMessage,
  type HostileText,
  hostile,
  slice,
  type TracedBytes,
} from '@pstore-decode/formats/bytes';
import { type SameBoot, sameBoot } from '@pstore-decode/formats/payload';
import type { InputReport } from '../inputs.js';
import { type Fact, originOf } from './fact-lines.js';
import { count } from './figures.js';
import { indexesOf } from './heading.js';
import { logOf, readingOrder } from './order.js';

/** A log that may tell which boot it is of: a crash with all its parts, a console, a pmsg. */
export interface BootLog {
  readonly input: string;
  /** By their index. */
  readonly records: readonly number[];
  readonly text: TracedBytes;
}

/** Logs of one boot, and for each but one the evidence that ties it to another. */
export interface Boot {
  readonly logs: readonly BootLog[];
  readonly facts: readonly Fact[];
}

/** The logs of an input, in the order in which they are shown. */
export function bootLogs({ input, records }: InputReport): BootLog[] {
  const { live, rest } = readingOrder(records);
  return [...live, ...rest].flatMap(({ parts }) => {
    const type = parts[0]?.record.type;
    if (type !== 'dmesg' && type !== 'console' && type !== 'pmsg') return [];
    return [{ input, records: parts.map(({ index }) => index), text: logOf(parts.map(({ record }) => record)) }];
  });
}

/** Which logs are of one boot: joined by the strongest evidence, so that each is tied in once. */
export function boots(logs: readonly BootLog[]): Boot[] {
  const groupOf = logs.map((_, i) => i);
  const ties: SameBoot[] = [];
  for (const tie of relationsOf(logs).sort((one, other) => other.sharedLines - one.sharedLines)) {
    const [kept, joined] = [groupOf[tie.a], groupOf[tie.b]];
    if (kept === joined || kept === undefined) continue;
    for (const [i, group] of groupOf.entries()) if (group === joined) groupOf[i] = kept;
    ties.push(tie);
  }
  return [...new Set(ties.map(({ a }) => groupOf[a]))].map((group) => ({
    logs: logs.filter((_, i) => groupOf[i] === group),
    facts: ties.filter(({ a }) => groupOf[a] === group).map((tie) => tieFact(tie, logs)),
  }));
}

function tieFact({ a, b, sharedLines, example }: SameBoot, logs: readonly BootLog[]): Fact {
  const [one, other] = [logs[a] as BootLog, logs[b] as BootLog];
  return {
    name: `${labelOf(one, logs)} and ${labelOf(other, logs)}`,
    value: `${count(sharedLines, 'line')} with time and words in both, the first: ${forMessage(lineOf(one, example[0]))}`,
    origin: `${originOf(one.text, example[0])}; ${originOf(other.text, example[1])}`,
  };
}

/** `3`, `1-16`; with the input where there are several. */
export function labelOf({ input, records }: BootLog, logs: readonly BootLog[]): string {
  const isOnly = logs.every((log) => log.input === input);
  return `${isOnly ? '' : `${forMessage(hostile(input))} `}${indexesOf(records)}`;
}

/** Every relation, as JSON: `schema/report-1.json`, `$defs/sameBoot`. */
export function sameBootJson(reports: readonly InputReport[]): object[] {
  const logs = reports.flatMap(bootLogs);
  return relationsOf(logs).map(({ a, b, sharedLines, example }) => {
    const [one, other] = [logs[a] as BootLog, logs[b] as BootLog];
    return {
      logs: [logJson(one, example[0]), logJson(other, example[1])],
      sharedLines,
      line: forJson(lineOf(one, example[0])).text,
    };
  });
}

function logJson({ input, records, text }: BootLog, { start, end }: ByteRange): object {
  return { input, records, ...extent(slice(text, start, end)) };
}

function relationsOf(logs: readonly BootLog[]): SameBoot[] {
  return sameBoot(logs.map(({ text }) => text.bytes));
}

function lineOf({ text }: BootLog, { start, end }: ByteRange): HostileText {
  return hostile(text.bytes.subarray(start, Math.min(end, start + longestShown)));
}

const longestShown = 256;
