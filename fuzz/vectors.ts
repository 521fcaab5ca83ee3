import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `test-vectors/`, seen from this folder and from `.fuzz/`, where the bundle stands. */
export const vectorFolder = fileURLToPath(new URL('../test-vectors/', import.meta.url));

/** Where findings go. */
export const findingFolder = join(vectorFolder, 'fuzz');

export type FindingKind = 'crash' | 'slow' | 'hang' | 'memory';

/** How a saved input was found; stands beside it as JSON. */
export interface Found {
  readonly target: string;
  readonly kind: FindingKind;
  readonly seed: number;
  readonly run: number;
  readonly variant: number;
  readonly message: string;
}

/** Writes `<folder>/<target>/<hash>.bin` and `.json`; gives the path of the input. */
export function saveVector(folder: string, found: Found, input: Uint8Array): string {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 16);
  const path = join(folder, found.target, hash);
  mkdirSync(join(folder, found.target), { recursive: true });
  writeFileSync(`${path}.bin`, input);
  writeFileSync(`${path}.json`, `${JSON.stringify(found, null, 2)}\n`);
  return `${path}.bin`;
}

/** The saved inputs of a target, by file name. */
export function savedVectors(folder: string, target: string): [name: string, input: Uint8Array][] {
  const own = join(folder, target);
  const names = existsSync(own) ? readdirSync(own).filter((name) => name.endsWith('.bin')) : [];
  return names.sort().map((name) => [name, Uint8Array.from(readFileSync(join(own, name)))]);
}
