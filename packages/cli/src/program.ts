import { Command, CommanderError, Option } from 'commander';
import type { Command as Act, CommonFlags } from './command.js';
import { extract } from './commands/extract.js';
import { info } from './commands/info.js';
import { list } from './commands/list.js';
import { scan } from './commands/scan.js';
import { show } from './commands/show.js';
import { trace } from './commands/trace.js';
import { verify } from './commands/verify.js';
import type { Engine } from './engine.js';
import { CliError } from './errors.js';
import { type ExitStatus, exitStatus } from './exit-status.js';
import type { Io } from './io.js';
import { parsePlace } from './place.js';
import { createProgress } from './progress.js';
import { createUi } from './ui.js';
import { version } from './version.js';

/**
 * The command line: which commands and flags there are, and nothing of what they do.
 * @throws CliError when the command line is wrong, and what the commands throw
 */
export async function runProgram(argv: readonly string[], io: Io, loadEngine: () => Promise<Engine>): Promise<number> {
  let status: number = exitStatus.found;
  const program = new Command('pstore-decode')
    .description(
      'Reads Linux crash records (pstore) from the medium itself: RAM dumps, disk images, partitions, flash.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help about a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are thrown, and leave in the form of all our errors.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => 100,
      getOutHasColors: () => false,
    })
    .addHelpText('after', examples);

  function reads<Flags extends CommonFlags>(command: Command, act: Act<Flags>): Command {
    return command
      .argument('<input...>', 'file, folder of records, block or character device, or - for standard input')
      .option('-j, --json', 'one JSON document')
      .option('--jsonl', 'a JSON record a line as it is found, then an end object')
      .option('-q, --quiet', 'no summary on standard error')
      .option(
        '--ramoops <parameters>',
        'the layout in the words of the driver: record_size=0x8000,console_size=32K,ecc=1',
      )
      .option('--blk <parameters>', 'zones of pstore_blk in the words of the driver: kmsg_size=64,pmsg_size=64 (KiB)')
      .option('--cmdline <line>', 'the command line of the kernel that wrote, or @FILE: its ramoops.* parameters')
      .option(
        '--compression <name>',
        'the compressor of every compressed dump: deflate, zlib, lzo, lz4, lz4hc, 842, zstd',
      )
      .addOption(
        new Option('--progress <form>', 'of a long search, on standard error: by default a line on a terminal')
          .choices(['terminal', 'json', 'none'])
          .default('terminal', ''),
      )
      .option('--at <place>', 'read only what stands there: ADDRESS+SIZE; of a memory dump physical addresses')
      .option('--carve', 'look for dumps and logs also where nothing points to them: slow')
      .addOption(
        new Option('--min-grade <grade>', 'leave out what was recovered with less than that')
          .choices(['certain', 'probable', 'possible'])
          .default('possible', ''),
      )
      .option('--threads <number>', 'of the search; by default as many as are worth it')
      .option('--as-kernel <version>', 'only what a kernel of that version would show, by its rules')
      .action(async (inputs: readonly string[], flags: Flags) => {
        status = await perform(act, inputs, flags, io, loadEngine);
      });
  }

  const damage = ['-e, --exit-status', 'exit with 3 when bytes were damaged or lost'] as const;
  reads(program.command('show', { isDefault: true }), show)
    .summary('print the text of every record (the default)')
    .description('Print the text of every record: what the kernel shows first, crashes first, the oldest crash first.')
    .option(...damage)
    .option('--raw', 'the bytes of the text as they are; refuses a terminal')
    .option('-l, --level <list>', 'only kernel lines of these levels, as for dmesg: err,warn or err+')
    .option('--facility <list>', 'only kernel lines of these facilities: kern,daemon')
    .option('-g, --grep <regex>', 'only lines whose message matches')
    .option('--since <time>', 'only kernel lines from then on: seconds since boot, or UTC')
    .option('--until <time>', 'only kernel lines up to then')
    .addOption(new Option('--time-format <form>', 'of kernel lines').choices(['raw', 'delta', 'iso', 'ctime']))
    .option('-b, --buffer <list>', 'only log entries of Android in these buffers: main,system')
    .option('-s, --tags <filter>', 'only log entries of Android with these tags, as for logcat -s: TAG:I,*:E')
    .option('--pid <number>', 'only log entries of Android of this process')
    .option('--event-tags <file>', 'event-log-tags of the device: names of the events in log entries of Android')
    .option('--symbols <file>', 'System.map, kallsyms or vmlinux: names behind the addresses of frames and calls');
  reads(program.command('list'), list)
    .description('Print one line for each record.')
    .option(...damage);
  reads(program.command('extract'), extract)
    .description('Write the files that the kernel would show, the rest to recovered/, and manifest.json.')
    .requiredOption('-o, --output <folder>', 'where to write; made when it is not there')
    .addOption(new Option('--as <tree>', 'the tree that systemd-pstore makes, with dmesg.txt').choices(['systemd']))
    .option('--force', 'replace files that are there already')
    .option(...damage);
  reads(program.command('info'), info)
    .summary('print what each crash and record says of itself')
    .description(
      'Print what died, where and when, and everything that is known of each record, with where it was read.',
    )
    .option('--symbols <file>', 'System.map, kallsyms or vmlinux of the kernel that crashed')
    .option(...damage);
  reads(program.command('scan'), scan)
    .summary('print where records may begin, and decode nothing')
    .description(
      'Print each place where a record of some backend seems to begin, as it is found; with --json one object a line.',
    );
  reads(program.command('trace'), trace)
    .summary('print function traces, or convert them')
    .description(
      'Print the calls of all function traces, or convert them for tools that show traces. Calls have numbers, no times.',
    )
    .option('--perfetto', 'for ui.perfetto.dev: protobuf')
    .option('--chrome', 'for chrome://tracing: JSON')
    .option('--folded', 'caller and callee with counts, for flame graphs')
    .option('--symbols <file>', 'System.map, kallsyms or vmlinux of the kernel that traced')
    .option(...damage);
  reads(program.command('verify'), verify).description(
    'Print findings, no text; exit with 3 when bytes were damaged or lost.',
  );
  program
    .command('formats')
    .description('Print what is known: backends, record types, compressors, findings.')
    .option('-j, --json', 'one JSON document')
    .action(async (flags: { readonly json?: true }) => {
      const { formats } = await import('./commands/formats.js');
      status = formats(io, flags.json === true);
    });

  try {
    await program.parseAsync(commandFirst(argv, program), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error);
  }
  return status;
}

/** Flags may stand before the command, `pstore-decode -q list INPUT`; commander would take `list` for an input of show. */
function commandFirst(argv: readonly string[], program: Command): string[] {
  const names = new Set(program.commands.map((command) => command.name()));
  const valued = program.commands.flatMap((command) => command.options).filter((option) => option.required);
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') return ['show', ...argv];
    if (!word.startsWith('-') || word === '-') {
      return names.has(word) ? [word, ...argv.slice(0, i), ...argv.slice(i + 1)] : [...argv];
    }
    if (valued.some((option) => option.short === word || option.long === word)) i += 1;
  }
  return [...argv];
}

async function perform<Flags extends CommonFlags>(
  act: Act<Flags>,
  inputs: readonly string[],
  flags: Flags,
  io: Io,
  loadEngine: () => Promise<Engine>,
): Promise<ExitStatus> {
  if (flags.json && flags.jsonl) throw new CliError(null, '--json and --jsonl exclude each other', 'take one of them');
  // Flags are read first: a wrong one is told without waiting for a decoder.
  const { ramoops, blk, cmdline, compression, asKernel } = flags;
  const hinted = [ramoops, blk, cmdline, compression, asKernel].some((flag) => flag !== undefined);
  const hints = hinted ? (await import('./hints.js')).hintsOf(flags) : {};
  const mode = flags.quiet && flags.progress === 'terminal' ? 'none' : flags.progress;
  const reading = {
    hints,
    liveOnly: flags.asKernel !== undefined,
    engine: await loadEngine(),
    signal: io.signal,
    minGrade: flags.minGrade,
    carve: flags.carve === true,
    ...(flags.at !== undefined && { at: parsePlace(flags.at) }),
    ...(flags.threads !== undefined && { threads: threadsOf(flags.threads) }),
    progressOf: (input: string) => createProgress(io, mode, input),
  };
  return act(inputs, { flags, io, ui: createUi(io, flags.quiet === true), reading });
}

function threadsOf(text: string): number {
  const threads = Number(text);
  if (!/^\d{1,2}$/.test(text) || threads === 0)
    throw new CliError(`--threads ${text}`, 'is no number of threads', 'give 1 or more');
  return threads;
}

/** The words of commander, `error: unknown option '--jsno'\n(Did you mean --json?)`, in the form of all our errors. */
function usageError(error: CommanderError): CliError {
  if (error.code === 'commander.help') return new CliError(null, 'no such command', helpHint);
  const [said = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1').replace(/^Did/, 'did') ?? helpHint;
  return new CliError(null, said, hint);
}

const helpHint = 'pstore-decode --help lists commands and flags';

const examples = `
Examples:
  pstore-decode ramoops.bin                         the text of every record
  pstore-decode list /dev/sdb3                      one line for each
  pstore-decode extract ramoops.bin -o crash        the kernel's own files, and manifest.json
  pstore-decode --ramoops record_size=0x8000,console_size=32K,ecc=1 ramoops.bin
  gzip -dc ramoops.bin.gz | pstore-decode --json -

Exit status: 0 text obtained, 1 nothing found, 2 could not do it, 3 damage (verify, -e), 130 Ctrl-C
`;
