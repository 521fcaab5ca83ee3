import type { LogEntry } from './entry.js';
import type { LogBuffer } from './layout.js';

/** What logcat’s own options choose; an absent one chooses all. */
export interface LogSelection {
  /** `-b`. An entry whose buffer is not known is in none. */
  readonly buffers?: readonly LogBuffer[];
  /** `--pid`; of a pmsg frame the lowest 16 bits are compared, for it stores no more. */
  readonly pid?: number;
  readonly tags?: TagFilter;
}

/** Lowest priority to show, 8 for none: of each tag that is named, and of all others. */
export interface TagFilter {
  readonly others: number;
  readonly byTag: ReadonlyMap<string, number>;
}

/** The entries that logcat would show. */
export function selectEntries(entries: readonly LogEntry[], selection: LogSelection): LogEntry[] {
  const { buffers, pid, tags } = selection;
  return entries.filter(({ frame, priority, tag }) => {
    if (buffers !== undefined && (frame.buffer === null || !buffers.includes(frame.buffer))) return false;
    if (pid !== undefined && frame.pid !== (frame.header === 'pmsg' ? pid & 0xffff : pid)) return false;
    return tags === undefined || priority >= (tags.byTag.get(latin1.decode(tag)) ?? tags.others);
  });
}

const latin1 = new TextDecoder('latin1');

/**
 * Filter expressions of logcat, `TAG:PRIORITY` apart by blanks or commas; `*` is all other tags, the last one of a tag
 * counts. Priorities are the letters V D I W E F S or their numbers; a tag alone means V, `*` alone D.
 * @param isSilent `-s`: tags that are not named are not shown
 * @throws RangeError when an expression is none
 */
export function parseTagFilter(expressions: string, isSilent: boolean): TagFilter {
  const byTag = new Map<string, number>();
  let others = isSilent ? silent : verbose;
  for (const expression of expressions.split(/[ \t,]/).filter((word) => word !== '')) {
    const colon = expression.indexOf(':');
    const tag = colon < 0 ? expression : expression.slice(0, colon);
    const priority = priorityOf(tag, colon < 0 ? '' : expression.slice(colon + 1));
    if (tag === '' || priority === null) throw new RangeError(`no filter TAG:PRIORITY: ${JSON.stringify(expression)}`);
    if (tag === '*') others = priority;
    else byTag.set(latin1.decode(new TextEncoder().encode(tag)), priority);
  }
  return { others, byTag };
}

const verbose = 2;
const debug = 3;
const silent = 8;

/** Of the first letter, as logcat reads it; null for none. */
function priorityOf(tag: string, word: string): number | null {
  const letter = word.slice(0, 1).toLowerCase();
  if (letter === '' || letter === '*' || letter === '1') return tag === '*' ? debug : verbose;
  const place = 'vdiwefs'.indexOf(letter);
  if (place >= 0) return verbose + place;
  if (!/[2-9]/.test(letter)) return null;
  return Number(letter) < silent ? Number(letter) : verbose;
}
