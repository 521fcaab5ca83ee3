import { crashLog, type PartRange, type PstoreRecord } from '@pstore-decode/formats';
import { forTerminal, type HostileText } from '@pstore-decode/formats/bytes';
import type { EventTagMap } from '@pstore-decode/formats/payload';
import { type Command, type CommonFlags, readInputs } from '../command.js';
import { CliError } from '../errors.js';
import { statusOf } from '../exit-status.js';
import type { InputReport } from '../inputs.js';
import type { Output } from '../io.js';
import { type LineFlags, lineChoiceOf } from '../log-selection.js';
import type { NameText } from '../named-text.js';
import { chosenEntries, chosenLines, clockOf, type LineChoice } from '../present/chosen-lines.js';
import { inputHeading, missingHeading, notShownHeading, passageHeading } from '../present/heading.js';
import { type Passage, readingOrder } from '../present/order.js';
import { wantsJson, writeJson } from './json.js';

export interface ShowFlags extends CommonFlags, LineFlags {
  readonly raw?: true;
  readonly eventTags?: string;
  readonly symbols?: string;
}

/** Flags that change what is printed of a text. */
const textFlags = [
  ...(['level', 'facility', 'grep', 'since', 'until', 'timeFormat', 'buffer', 'tags', 'pid'] as const),
  ...(['eventTags', 'symbols', 'raw'] as const),
];

/** What of the texts is shown, and what is added to them. */
interface View {
  readonly choice: LineChoice | null;
  readonly eventTags: EventTagMap | null;
  readonly nameText: NameText | null;
}

/** The text of every crash and record: what the kernel shows first, crashes before the rest, the oldest first. */
export const show: Command<ShowFlags> = async (inputs, run) => {
  if (wantsJson(run.flags)) {
    const ofText = textFlags.find((flag) => run.flags[flag] !== undefined);
    if (ofText !== undefined) {
      const flag = ofText.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new CliError(null, `--${flag} and JSON exclude each other`, 'JSON has the text as it is stored, all of it');
    }
    return writeJson(inputs, run);
  }
  const { stdout } = run.io;
  if (run.flags.raw && stdout.isTerminal()) {
    throw new CliError(
      '--raw',
      'refuses a terminal: text from a medium can drive it',
      'send it to a file or a pipe, or leave out --raw',
    );
  }
  const choice = lineChoiceOf(run.flags);
  const { timeFormat, eventTags, symbols } = run.flags;
  const tags = eventTags === undefined ? null : (await import('../event-tags.js')).readEventTags(eventTags);
  const nameTextFor = symbols === undefined ? null : await namingBy(symbols, (why) => run.ui.note(why));
  if (timeFormat === 'iso' || timeFormat === 'ctime')
    run.ui.note('wall clock of lines is derived from the time of their record');
  const write = run.flags.raw ? writeRaw : inputs.length > 1 ? writeWithInput : writeText;
  const reports = await readInputs(inputs, run, {
    onReport: (report) => write(stdout, report, { choice, eventTags: tags, nameText: nameTextFor?.(report) ?? null }),
  });
  return statusOf(reports, run.flags.exitStatus === true);
};

/** @throws CliError when the file has no symbols */
async function namingBy(path: string, tell: (why: string) => void): Promise<(report: InputReport) => NameText> {
  const [{ readSymbolFile }, { nameTextOf }] = await Promise.all([import('../symbols.js'), import('../named-text.js')]);
  const symbols = readSymbolFile(path);
  const told = new Set<string>();
  const tellOnce = (why: string) => {
    if (!told.has(why)) tell(why);
    told.add(why);
  };
  return (report) => nameTextOf(report, symbols, tellOnce);
}

function writeWithInput(out: Output, report: InputReport, view: View): void {
  if (report.recordCount === 0) return;
  out.write(`${inputHeading(report.input)}\n\n`);
  writeText(out, report, view);
}

function writeText(out: Output, { records }: InputReport, view: View): void {
  const { live, rest } = readingOrder(records);
  for (const passage of live) writePassage(out, passage, view);
  if (rest.length > 0) out.write(`${notShownHeading}\n\n`);
  for (const passage of rest) writePassage(out, passage, view);
}

/** Always escaped, to a pipe too: it may end at a terminal, and ordinary text is not changed by it. */
function writePassage(out: Output, passage: Passage, view: View): void {
  const pieces = piecesOf(passage, view);
  // Of a choice that leaves nothing the heading would be noise.
  if (view.choice !== null && !pieces.some((piece) => 'hostile' in piece && piece.hostile.length > 0)) return;
  out.write(`${passageHeading(passage)}\n`);
  for (const piece of pieces) out.write('hostile' in piece ? lines(piece) : `${missingHeading(piece)}\n`);
  out.write('\n');
}

/** The bytes of the texts one after the other and nothing else. */
function writeRaw(out: Output, { records }: InputReport, view: View): void {
  const { live, rest } = readingOrder(records);
  for (const piece of [...live, ...rest].flatMap((passage) => piecesOf(passage, view))) {
    if ('hostile' in piece) out.write(piece.hostile);
  }
}

/** The text of a record, or of a crash without the first lines of its parts, as far as it was chosen. */
function piecesOf({ parts, missing }: Passage, view: View): (HostileText | PartRange)[] {
  const records = parts.map(({ record }) => record);
  const isSingle = parts.length === 1 && missing.length === 0;
  const pieces = isSingle ? records.map(({ text }) => text) : [...crashLog({ parts: records, missing })];
  const texts = textsOf(
    records,
    pieces.flatMap((piece) => ('bytes' in piece ? [piece.bytes] : [])),
    view,
  )[Symbol.iterator]();
  return pieces.map((piece) => ('bytes' in piece ? { hostile: texts.next().value ?? piece.bytes } : piece));
}

/** What stands between the headings. */
function textsOf(
  records: readonly PstoreRecord[],
  texts: readonly Uint8Array[],
  { choice, eventTags, nameText }: View,
): readonly Uint8Array[] {
  const [first] = records;
  const wanted = choice?.entries ?? {};
  const isAsked = choice !== null || eventTags !== null;
  const entries = isAsked && first?.type === 'pmsg' ? chosenEntries(first, wanted, eventTags ?? undefined) : null;
  if (entries !== null) return [entries];
  const named = nameText?.(records, texts) ?? texts;
  if (choice === null) return named;
  const clock = clockOf(records);
  return named.map((text) => chosenLines(text, clock, choice));
}

function lines(text: HostileText): string {
  const shown = forTerminal(text);
  return shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`;
}
