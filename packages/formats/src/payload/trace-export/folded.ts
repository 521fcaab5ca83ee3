import type { TraceCall } from '../ftrace-trace.js';

/**
 * How often which function called which, as flame graph tools read it: `caller;function count`, a line a pair, the most
 * frequent first. Two frames are all that a record holds: pairs are no stacks.
 */
export function foldedPairs(calls: readonly TraceCall[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) {
    const pair = `${frame(call.caller)};${frame(call.function)}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return [...counts]
    .sort(([pair, count], [otherPair, other]) => other - count || (pair < otherPair ? -1 : 1))
    .map(([pair, count]) => `${pair} ${count}\n`)
    .join('');
}

/** A semicolon would end the frame. */
function frame(name: string): string {
  return name.replaceAll(';', ':');
}
