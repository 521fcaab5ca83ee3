import type { PrintkLine } from './line.js';

/** What to keep; what is absent keeps all. A line that lacks what is asked for (it has no level, no time) is left out. */
export interface LineSelection {
  /** From `parsePrintkLevels`. */
  readonly levels?: ReadonlySet<number>;
  /** From `parsePrintkFacilities`. */
  readonly facilities?: ReadonlySet<number>;
  /** Microseconds since boot, this one included; `sinceBoot` gives them for a wall clock time. */
  readonly since?: number;
  /** Microseconds since boot, this one included. */
  readonly until?: number;
  /** For the message of a line, read as UTF-8. Flags `g` and `y` are ignored. */
  readonly pattern?: RegExp;
}

/**
 * No line that printk makes is longer (PRINTKRB_RECORD_MAX, LOG_LINE_MAX). What an expression may cost is the business
 * of whoever wrote it; lines from a medium cannot raise it beyond this.
 */
export const longestMatchedLine = 1024;

/** The lines of `text` that a selection keeps, as dmesg(1) would; the order stays. */
export function selectLines(
  lines: readonly PrintkLine[],
  text: Uint8Array,
  selection: LineSelection,
): readonly PrintkLine[] {
  const { levels, facilities, since, until } = selection;
  const pattern =
    selection.pattern && new RegExp(selection.pattern.source, selection.pattern.flags.replace(/[gy]/g, ''));
  return lines.filter(({ level, facility, time, message }) => {
    if (levels !== undefined && !(level !== undefined && levels.has(level))) return false;
    if (facilities !== undefined && !(facility !== undefined && facilities.has(facility))) return false;
    if (since !== undefined && !(time !== undefined && time >= since)) return false;
    if (until !== undefined && !(time !== undefined && time <= until)) return false;
    if (pattern === undefined) return true;
    const end = Math.min(message.end, message.start + longestMatchedLine);
    return pattern.test(utf8.decode(text.subarray(message.start, end)));
  });
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
