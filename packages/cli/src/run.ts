import { type Engine, mediaEngine } from './engine.js';
import { CliError } from './errors.js';
import { exitStatus } from './exit-status.js';
import { type Io, OutputClosed } from './io.js';
import { runProgram } from './program.js';
import { createUi, reportBug } from './ui.js';

/**
 * The whole program, without the process: the arguments behind its name, where to write, and the exit status.
 * @param loadEngine what reads media; tests give one with records of their own
 */
export async function run(
  argv: readonly string[],
  io: Io,
  loadEngine: () => Promise<Engine> = mediaEngine,
): Promise<number> {
  try {
    return await runProgram(argv, io, loadEngine);
  } catch (error) {
    if (error instanceof OutputClosed) return exitStatus.found;
    if (error instanceof CliError) createUi(io, false).error(error);
    else reportBug(io, error);
    return exitStatus.failed;
  }
}
