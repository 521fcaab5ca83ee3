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
 */
export function parseEventTags(text: string): EventTagMap {
  const tags = new Map<number, EventTag>();
  for (const line of text.split('\n')) {
    const found = /^[ \t]{0,16}(\d{1,10})[ \t]{1,16}([^\s#]{1,128})(.*)$/.exec(line);
    if (found === null) continue;
    const [, number, name = '', rest = ''] = found;
    if (Number(number) < 2 ** 32 && !tags.has(Number(number))) {
      tags.set(Number(number), { name, format: rest.replace(/#.*$/, '').trim() });
    }
  }
  return tags;
}
