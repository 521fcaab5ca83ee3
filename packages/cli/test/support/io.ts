import type { Engine } from '../../src/engine.js';
import { CliError } from '../../src/errors.js';
import { type Io, OutputClosed } from '../../src/io.js';
import { run } from '../../src/run.js';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as bytes. */
  readonly bytes: Buffer;
}

export interface Surroundings {
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
  /** Writes to standard output fail behind so many bytes. */
  readonly stdoutFails?: { readonly behind: number; readonly how: 'closed' | 'full' };
}

/** The program in this process, its output caught. */
export async function pstoreDecode(argv: readonly string[], engine?: Engine, around: Surroundings = {}): Promise<Ran> {
  const out: Buffer[] = [];
  const talk: Buffer[] = [];
  const size = (): number => out.reduce((sum, chunk) => sum + chunk.length, 0);
  const io: Io = {
    stdout: {
      isTerminal: () => around.terminal === true,
      write(chunk) {
        if (around.stdoutFails !== undefined && size() >= around.stdoutFails.behind) {
          if (around.stdoutFails.how === 'closed') throw new OutputClosed();
          throw new CliError('standard output', 'no space left on device', 'write to another place');
        }
        out.push(Buffer.from(chunk as Uint8Array));
      },
    },
    stderr: {
      isTerminal: () => around.terminal === true,
      write: (chunk) => void talk.push(Buffer.from(chunk as Uint8Array)),
    },
    signal: around.signal ?? new AbortController().signal,
  };
  const status = await run(argv, io, engine && (async () => engine));
  const bytes = Buffer.concat(out);
  return { status, bytes, stdout: bytes.toString(), stderr: Buffer.concat(talk).toString() };
}
