import { type BigIntStats, promises } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '@pstore-decode/formats';
import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import { breather } from './breathe.js';
import { refusalOf } from './medium-error.js';

export interface WalkOptions {
  /** Which paths are wanted, `/` between their parts. */
  readonly claims: (path: string) => boolean;
  /** Files and folders that are looked at, 65536 by default. */
  readonly maxFiles?: number;
  /** Folders below each other, 8 by default. */
  readonly maxDepth?: number;
  readonly signal?: AbortSignal;
}

export interface Walked {
  /** In the order of their paths. */
  readonly claimed: readonly { readonly below: string; readonly stat: BigIntStats }[];
  /** How many other files there are. */
  readonly skipped: number;
}

/**
 * The regular files of a folder and of those below it, links to files included; links to folders are not followed. Goes
 * by name, so that what a limit leaves out does not depend on the order of the directory.
 * @param findings told what the system refuses, and limits that were hit
 * @throws MediumError when the folder itself cannot be read; the reason of the signal
 */
export async function walkFolder(root: string, options: WalkOptions, findings: Finding[]): Promise<Walked> {
  const { claims, maxFiles = 65536, maxDepth = 8, signal } = options;
  const breathe = breather();
  const claimed: { below: string; stat: BigIntStats }[] = [];
  let seen = 0;
  let skipped = 0;
  let isCut = false;
  const cut = (detail: string) => {
    if (!isCut) findings.push({ code: 'limit.files', at: null, detail });
    isCut = true;
  };

  async function enter(folder: string, depth: number): Promise<void> {
    signal?.throwIfAborted();
    const read = () => promises.readdir(join(root, folder), { withFileTypes: true });
    const entries = folder === '' ? await read().catch(refuse) : await attempt(folder, findings, read);
    for (const entry of (entries ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      await breathe();
      if (seen === maxFiles) return cut(`more than ${maxFiles} files and folders`);
      seen += 1;
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < maxDepth) await enter(below, depth + 1);
        else cut(`folders more than ${maxDepth} deep`);
        continue;
      }
      const wanted = (entry.isFile() || entry.isSymbolicLink()) && claims(below);
      const stat = wanted
        ? await attempt(below, findings, () => promises.stat(join(root, below), { bigint: true }))
        : null;
      if (stat?.isFile()) claimed.push({ below, stat });
      else if (!wanted || stat !== null) skipped += 1;
    }
  }

  function refuse(error: unknown): never {
    throw refusalOf(error, root, false) ?? error;
  }

  await enter('', 0);
  claimed.sort((a, b) => (a.below < b.below ? -1 : 1));
  return { claimed, skipped };
}

/** What `act` gives; null, and a finding, where the system refuses. */
export async function attempt<T>(below: string, findings: Finding[], act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    const shown = forMessage(hostile(below.length > 200 ? `…${below.slice(-200)}` : below));
    findings.push({ code: 'medium.unreadable', at: null, detail: `${code}: ${shown}` });
    return null;
  }
}

/** The name that the system has for what went wrong; null for an error of ours. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null;
}
