import { parsePartLine } from './dmesg.js';

/**
 * How many bytes of the text of a broken stream read like the log that was written. Behind a fault a decompressor goes
 * on with garbage until it notices; a kernel since 3.5 begins every line with its priority and, where the first line has
 * it, the time, which goes up. The text is cut before the line in front of the first one that does otherwise, for what
 * is wrong may begin in there. Of made and real damage this leaves one false line in 170 and takes one true line in 340.
 * @param isCut the stream only ends too early: where no line is wrong, its last one is sound as far as it goes
 */
export function soundLength(text: Uint8Array, isCut: boolean): number {
  const lines = latin1.decode(text).split('\n');
  const first = parsePartLine(text) === null ? 0 : 1;
  const isTimed = timeOf(lines[first] ?? '') !== null;
  let newest = Number.NEGATIVE_INFINITY;
  let end = lines.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  let beforeLast = end;
  for (let i = first; i < lines.length - 1; i++) {
    const line = lines[i] as string;
    const time = timeOf(line);
    const isRepeated = line.length > longestRepeated && line === lines[i - 1];
    const goesBack = (time ?? newest) < newest - slack;
    const isSound = isLine.test(line) && line.length <= longestLine && (time !== null) === isTimed;
    if (!isSound || goesBack || isRepeated) return beforeLast;
    newest = Math.max(newest, time ?? newest);
    beforeLast = end;
    end += line.length + 1;
  }
  return isCut && isBeginning.test(lines.at(-1) ?? '') ? text.length : beforeLast;
}

/** In seconds: lines of two CPUs can stand in the other order; seen are up to 0.32. */
const slack = 0.5;

/** In bytes: printk holds 1024, and a prefix (LOG_LINE_MAX, PREFIX_MAX). */
const longestLine = 1100;

/** In bytes: what a decompressor repeats of its last output; a kernel repeats short lines only. */
const longestRepeated = 32;

const latin1 = new TextDecoder('latin1');
const isLine = /^<\d{1,3}>[\t\x20-\x7e\x80-\xff]*$/;
/** Of what can become a line. */
const isBeginning = /^(?:<(?:\d{1,3}(?:>[\t\x20-\x7e\x80-\xff]*)?)?)?$/;

/** In seconds since the kernel began; null where a line has none. */
function timeOf(line: string): number | null {
  const found = /^<\d{1,3}>\[ *(\d+\.\d{6})\]/.exec(line);
  return found === null ? null : Number(found[1]);
}
