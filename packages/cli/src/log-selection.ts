import {
  type LineTimeFormat,
  type LogSelection,
  lineTimeFormats,
  logBuffers,
  parsePrintkFacilities,
  parsePrintkLevels,
  parseTagFilter,
} from '@pstore-decode/formats/payload';
import { CliError } from './errors.js';
import { parsed } from './hints.js';
import type { LineChoice, Moment } from './present/chosen-lines.js';

/** The flags that choose lines: those of dmesg(1) for kernel logs, those of logcat for Android's. */
export interface LineFlags {
  readonly level?: string;
  readonly facility?: string;
  readonly grep?: string;
  readonly since?: string;
  readonly until?: string;
  readonly timeFormat?: string;
  readonly buffer?: string;
  readonly tags?: string;
  readonly pid?: string;
}

/** Null when everything is to be shown as it is. @throws CliError naming the flag that is wrong */
export function lineChoiceOf(flags: LineFlags): LineChoice | null {
  const { level, facility, grep, since, until, timeFormat, buffer, tags, pid } = flags;
  if (
    Object.values({ level, facility, grep, since, until, timeFormat, buffer, tags, pid }).every(
      (flag) => flag === undefined,
    )
  )
    return null;
  const ofEntries = buffer !== undefined || tags !== undefined || pid !== undefined;
  return {
    ...(level !== undefined && {
      levels: parsed('--level', 'as for dmesg: err,warn or err+', level, parsePrintkLevels),
    }),
    ...(facility !== undefined && {
      facilities: parsed('--facility', 'as for dmesg: kern,daemon', facility, parsePrintkFacilities),
    }),
    ...(grep !== undefined && { pattern: patternOf(grep) }),
    ...(since !== undefined && { since: momentOf('--since', since) }),
    ...(until !== undefined && { until: momentOf('--until', until) }),
    ...(timeFormat !== undefined && { timeFormat: formatOf(timeFormat) }),
    ...(ofEntries && { entries: entriesOf(buffer, tags, pid) }),
  };
}

function patternOf(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    throw new CliError(`--grep ${source}`, 'is no regular expression', 'escape what is meant literally: \\. \\[ \\(');
  }
}

const momentHint = 'give seconds since boot (12.5) or a time in UTC (2026-11-20T21:55:56Z)';

function momentOf(flag: string, text: string): Moment {
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return { sinceBoot: Math.round(Number(text) * 1e6) };
  const milliseconds = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z?)?$/.test(text)
    ? Date.parse(text.length === 10 ? text : `${text.replace(' ', 'T').replace(/Z$/, '')}Z`)
    : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new CliError(`${flag} ${text}`, 'is no time', momentHint);
  const seconds = Math.floor(milliseconds / 1000);
  return { wall: { seconds: BigInt(seconds), nanoseconds: Math.round((milliseconds - seconds * 1000) * 1e6) } };
}

function formatOf(text: string): LineTimeFormat {
  const found = lineTimeFormats.find((format) => format === text);
  if (found === undefined)
    throw new CliError(`--time-format ${text}`, 'no such format', `known: ${lineTimeFormats.join(', ')}`);
  return found;
}

function entriesOf(buffer: string | undefined, tags: string | undefined, pid: string | undefined): LogSelection {
  const buffers = buffer?.split(',').map((word) => {
    const found = logBuffers.find((name) => name === word);
    if (found === undefined)
      throw new CliError(`--buffer ${word}`, 'no such log buffer', `known: ${logBuffers.join(', ')}`);
    return found;
  });
  if (pid !== undefined && !/^\d{1,10}$/.test(pid))
    throw new CliError(`--pid ${pid}`, 'is no number', 'give a process id');
  const filter = (text: string) => parseTagFilter(text, true);
  return {
    ...(buffers !== undefined && { buffers }),
    ...(tags !== undefined && { tags: parsed('--tags', 'as for logcat -s: ActivityManager:I,*:E', tags, filter) }),
    ...(pid !== undefined && { pid: Number(pid) }),
  };
}
