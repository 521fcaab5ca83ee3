/** Where words go: standard output or standard error. */
export interface Output {
  /**
   * Writes all of it before it returns.
   * @throws OutputClosed when the reader has gone away
   * @throws CliError when the bytes cannot be written
   */
  write(chunk: string | Uint8Array): void;
  /** Asked only where it matters: finding out costs start-up time. */
  isTerminal(): boolean;
}

/** All that a command sees of the process it runs in. */
export interface Io {
  /** The answer. */
  readonly stdout: Output;
  /** The talk. */
  readonly stderr: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The reader of standard output is gone (`| head`): nobody is left to tell, so the run ends as a quiet 0. */
export class OutputClosed extends Error {
  constructor() {
    super('the reader of the output has gone away');
    this.name = 'OutputClosed';
  }
}
