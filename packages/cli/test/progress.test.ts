import { describe, expect, test } from 'vitest';
import { createProgress, type ProgressMode } from '../src/progress.js';

/** What is written when a search of 1 GiB a second tells of itself every 50 ms. */
function written(mode: ProgressMode, isTerminal: boolean, milliseconds: number): string[] {
  const lines: string[] = [];
  let clock = 0;
  const stderr = { write: (text: string) => void lines.push(text), isTerminal: () => isTerminal };
  const stdout = { write: () => expect.fail('this is talk'), isTerminal: () => isTerminal };
  const io = { stdout, stderr, signal: new AbortController().signal };
  const progress = createProgress(io, mode, 'mem\x1b[2J', () => clock);
  for (; clock <= milliseconds; clock += 50) progress.tell(clock * (2 ** 30 / 1000), 4 * 2 ** 30, 3);
  progress.clear();
  return lines;
}

describe('progress', () => {
  test('is silent for half a second', () => {
    for (const mode of ['terminal', 'json', 'none'] as const) expect(written(mode, true, 450)).toEqual([]);
  });

  test('is a line that is written over and taken away, on a terminal alone', () => {
    const lines = written('terminal', true, 1000);
    expect(lines[0]).toBe('\r# 512 MiB of 4 GiB, 1 GiB/s, 3 places found, 4 seconds left\x1b[K');
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe('\r\x1b[K');
    expect(written('terminal', false, 1000)).toEqual([]);
    expect(written('none', true, 1000)).toEqual([]);
  });

  test('is JSON for wrappers, whatever the name of the input holds', () => {
    const lines = written('json', false, 1000);
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toEqual({
      schema: 'pstore-decode/progress/1',
      input: 'mem\x1b[2J',
      done: 2 ** 29,
      total: 2 ** 32,
      found: 3,
      seconds: 0.5,
      rate: 2 ** 30,
    });
    expect(lines[0]).not.toContain('\x1b');
  });
});
