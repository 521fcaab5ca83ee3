/**
 * `node bench/recall.mjs [CASE] [MEDIA]`, after a build: how much of the text of damaged media comes back, for the
 * backends of which no kernel was shown damaged media. Vectors are damaged where their records stand, in the ways of
 * test-vectors/README.md; the truth is what the kernel showed of them whole. Seeded: the same figures each time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fromBytes, salvage } from '../packages/media/dist/index.js';

/** THE LIST: of each what holds the truth; no kernel reads mtdoops. */
const cases = [
  { name: 'blk/oops-6.1', medium: 'partition.bin', truth: 'kernel' },
  { name: 'blk/erased-6.1', medium: 'partition.bin', truth: 'kernel-before-erase' },
  { name: 'efi/panic-6.1', medium: 'OVMF_VARS.fd', truth: 'kernel' },
  { name: 'efi/erased-6.1', medium: 'OVMF_VARS.fd', truth: 'kernel-before-erase' },
  { name: 'erst/panic-6.1', medium: 'erst.bin', truth: 'kernel' },
  { name: 'erst/erased-6.1', medium: 'erst.bin', truth: 'kernel-before-erase' },
  { name: 'nvram/oops-6.1-ppc64', medium: 'nvram.bin', truth: 'kernel' },
  { name: 'mtdoops/oops-7.2', medium: 'mtd.bin', truth: null },
];

const texts = ['dmesg', 'console', 'pmsg'];
const latin1 = new TextDecoder('latin1');

/** Numbers below `bound` that follow from the seed (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

/**
 * Each damages a medium at a place `at` in a record that begins at `start`. `length` is 16 to 8192, small ones as
 * likely as large ones.
 */
const damages = {
  bits: (medium, { at, length, random }) => {
    for (let i = 0; i < length / 128; i++) medium[(at + random(8192)) % medium.length] ^= 1 << random(8);
    return medium;
  },
  burst: (medium, { at, length, random }) => overwrite(medium, at, 4 + (length >> 7), () => random(256)),
  ff: (medium, { at, length }) => medium.fill(0xff, at, at + length),
  zero: (medium, { at, length }) => medium.fill(0, at, at + length),
  garbage: (medium, { at, length, random }) => overwrite(medium, at, length, () => random(256)),
  truncate: (medium, { at }) => medium.subarray(0, at),
  header: (medium, { start, payloadAt, random }) => {
    // Now and then in the first bytes of the medium, where some formats have a header of their own.
    const size = payloadAt - start;
    const at = random(8) === 0 ? random(64) : start + random(size);
    const value = [0, 0xff, random(256)][random(3)];
    return overwrite(medium, at, 1 + random(4), () => value);
  },
};

function overwrite(medium, at, length, next) {
  for (let i = at; i < Math.min(medium.length, at + length); i++) medium[i] = next();
  return medium;
}

/** One to three damages of one kind in `places`, the ranges of the records; a cut only once. */
function damaged(base, places, number) {
  const random = randomFrom(number);
  const kinds = Object.keys(damages);
  const kind = kinds[number % kinds.length];
  let medium = base.slice();
  for (let count = kind === 'truncate' ? 1 : 1 + random(3); count > 0; count--) {
    const { start, payloadAt, end } = places[random(places.length)];
    const length = (16 << random(9)) + random(16);
    medium = damages[kind](medium, { start, payloadAt, at: start + random(end - start), length, random });
  }
  return { kind, medium };
}

const unheard = () => undefined;

async function read(medium, hints = {}) {
  const records = [];
  for await (const record of salvage(fromBytes(medium), unheard, { hints })) records.push(record);
  return records.filter(({ type }) => texts.includes(type));
}

/** Different lines of more than 8 bytes. */
function linesOf(contents) {
  return new Set(contents.flatMap((bytes) => latin1.decode(bytes).split('\n')).filter((line) => line.length > 8));
}

const ofRecords = (records) => linesOf(records.map(({ text }) => text.bytes));

/** From the header to the last byte that the text was made of: what follows in its zone is fill. */
function placeOf({ stored, payload }) {
  const end = payload.spans.reduce((last, { from }) => Math.max(last, from?.end ?? 0), 0);
  const payloadAt = payload.spans.reduce((first, { from }) => Math.min(first, from?.start ?? end), end);
  return { start: stored.start, payloadAt, end: Math.min(stored.end, end) };
}

const isPrintable = (line) => /^[\t\x20-\x7e]*$/.test(line);
const shareOf = (truth, lines) => [...truth].filter((line) => lines.has(line)).length / truth.size;

async function measure({ name, medium: file, truth: folder }, count, isVerbose) {
  const root = new URL(`../test-vectors/${name}/`, import.meta.url);
  const { kernel } = JSON.parse(readFileSync(new URL('expected.json', root), 'utf8'));
  const [major, minor] = kernel.split('.').map(Number);
  const base = new Uint8Array(readFileSync(new URL(file, root)));
  const whole = await read(base);
  const known = ofRecords(whole);
  const names = folder === null ? [] : readdirSync(new URL(`${folder}/`, root));
  const files = names.filter((one) => texts.includes(one.split('-')[0]) && !one.endsWith('.enc.z'));
  const written =
    folder === null ? known : linesOf(files.map((one) => readFileSync(new URL(`${folder}/${one}`, root))));
  // Saving a ring at boot writes over it: what the undamaged medium does not hold any more is not asked for.
  const truth = new Set([...written].filter((line) => known.has(line)));
  const places = whole.map(placeOf).filter(({ start, end }) => start < end);
  const falseIn = (lines) =>
    [...lines].filter((line) => !truth.has(line) && !known.has(line) && isPrintable(line)).length;
  const rows = [];
  for (let number = 0; number < count; number++) {
    const { kind, medium } = damaged(base, places, number);
    const strict = await read(medium, { asKernel: { major, minor } });
    const ours = await read(medium);
    const shown = linesOf(strict.flatMap(({ file: one }) => (one === undefined ? [] : one.content.bytes)));
    const trusted = ofRecords(ours.filter(({ grade }) => grade !== 'possible'));
    const row = {
      kind,
      strict: shareOf(truth, shown),
      trusted: shareOf(truth, trusted),
      all: shareOf(truth, ofRecords(ours)),
      false: falseIn(trusted),
      'of strict': falseIn(shown),
    };
    if (isVerbose) print([String(number), ...inWords(row)]);
    rows.push(row);
  }
  return rows;
}

const figures = ['strict', 'trusted', 'all', 'false', 'of strict'];

function inWords(row) {
  return [row.kind, ...figures.map((figure) => row[figure].toFixed(4))];
}

function meanOf(kind, rows) {
  const mean = (figure) => rows.reduce((sum, row) => sum + row[figure], 0) / rows.length;
  return { kind, ...Object.fromEntries(figures.map((figure) => [figure, mean(figure)])) };
}

function print(cells) {
  process.stdout.write(`${cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(9))).join(' ')}\n`);
}

const [only, media = '80'] = process.argv.slice(2);
const chosen = cases.filter(({ name }) => only === undefined || name === only);
print(['case', 'damage', ...figures]);
for (const one of chosen) {
  const rows = await measure(one, Number(media), only !== undefined);
  for (const kind of only === undefined ? [] : Object.keys(damages)) {
    print([
      one.name,
      ...inWords(
        meanOf(
          kind,
          rows.filter((row) => row.kind === kind),
        ),
      ),
    ]);
  }
  print([one.name, ...inWords(meanOf('all', rows))]);
  if (rows.some((row) => row.all < row.strict))
    print([one.name, 'below strict', String(rows.filter((row) => row.all < row.strict).length)]);
}
