import { fstatSync, writeSync } from 'node:fs';
import { CliError, detailOfSystemError, isSystemError } from './errors.js';
import { type Io, type Output, OutputClosed } from './io.js';

/**
 * The real process. Output is written with `writeSync`, not with `process.stdout`: an error (EPIPE, ENOSPC) comes back
 * where it belongs instead of as an uncaught event, and the stream machinery is not loaded at start.
 */
export function processIo(): Io {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    // A second Ctrl-C does not wait for anything.
    process.once('SIGINT', () => process.exit(130));
  });
  return { stdout: fileOutput(1, 'standard output'), stderr: talkOutput(2), signal: controller.signal };
}

function fileOutput(fd: number, name: string): Output {
  return {
    isTerminal: () => isTerminal(fd),
    write(chunk) {
      try {
        writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (error.code === 'EPIPE') throw new OutputClosed();
        throw new CliError(
          name,
          detailOfSystemError(error),
          'write to another place; what stands there is not complete',
        );
      }
    },
  };
}

/** Talk that nobody can hear is no reason to end: the answer may still have a reader. */
function talkOutput(fd: number): Output {
  return {
    isTerminal: () => isTerminal(fd),
    write(chunk) {
      try {
        writeAll(fd, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    },
  };
}

/** Writes all of `bytes`; waits where the other side left the pipe in non-blocking mode (EAGAIN). */
function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at);
    } catch (error) {
      if (!(isSystemError(error) && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** A pipe or a file needs no look at `node:tty`, which loads the network with it. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}
