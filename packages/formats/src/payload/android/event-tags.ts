/** A line of event-log-tags: the name of an event, and what its value says. */
export interface EventTag {
  readonly name: string;
  /** `(User|1|5),(PID|1|5)` as written; empty when the line has none. */
  readonly format: string;
}

/** By number. */
export type EventTagMap = ReadonlyMap<number, EventTag>;

/**
 * The map of /system/etc/event-log-tags: `number name (field|type|unit),(…)` a line, `#` begins a comment. Lines of
 * another form are left out; of a number that comes again the first line counts.
 * @param onStrangeLine told the number, from 1, of each line that is left out
 */
export function parseEventTags(text: string, onStrangeLine: (line: number) => void = () => undefined): EventTagMap {
  const tags = new Map<number, EventTag>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (/^[ \t]*(?:#|$)/.test(line)) continue;
    const found = /^[ \t]{0,16}(\d{1,10})[ \t]{1,16}([^\s#]{1,128})(?![^\s#])(.*)$/.exec(line);
    const [, digits, name = '', rest = ''] = found ?? [];
    const number = Number(digits);
    if (found === null || number >= 2 ** 32) onStrangeLine(i + 1);
    else if (!tags.has(number)) tags.set(number, { name, format: rest.replace(/#.*$/, '').trim() });
  }
  return tags;
}
