import type { ByteRange } from '../bytes/range.js';
import { slice, type TracedBytes } from '../bytes/traced.js';
import type { Finding } from '../finding.js';
import type { RecordState } from '../record.js';
import type { CarvedVariable } from './carve.js';
import { crc32 } from './crc32.js';
import type { DumpVariable } from './dump-variable.js';
import { standsAt } from './store-header.js';
import type { StoredVariable } from './stored-variable.js';
import { crashGuidBytes, ucs2Text } from './variable-name.js';
import type { WalkedVariable } from './variable-store.js';

/** Bytes of a name that a kernel has room for (efi_pstore_read, efivar_init). */
const longestName = 1024;

/** The bytes that were walked, and where they stand on the root medium. */
export interface Walked {
  readonly content: TracedBytes;
  readonly start: number;
}

/**
 * True for a variable of efi-pstore, by its GUID; by its name where the store does not say the GUID. Of one whose header
 * was not finished nothing is sure.
 */
export function isDump(bytes: Uint8Array, variable: StoredVariable): boolean {
  if (variable.phase === 'unwritten') return false;
  if (variable.guidAt !== null) return standsAt(bytes, variable.guidAt, crashGuidBytes);
  return nameOf(bytes, variable).startsWith('dump-type');
}

/** The name of a variable, a character for each unit, without the NUL, up to what a kernel has room for. */
export function nameOf(bytes: Uint8Array, { name, encoding }: StoredVariable): string {
  const stored = bytes.subarray(name.start, Math.min(name.end, name.start + longestName));
  return encoding === 'ucs2' ? ucs2Text(stored) : String.fromCharCode(...stored).replace(/\0.*$/s, '');
}

/**
 * The dumps of a store in the order in which they stand, which is that of the firmware.
 * @param isCurrent false for a copy of the store that the firmware does not use
 */
export function dumpsOf(walked: Walked, variables: readonly WalkedVariable[], isCurrent: boolean): DumpVariable[] {
  const { bytes } = walked.content;
  const dumps = variables.filter((variable) => isDump(bytes, variable));
  const names = dumps.map((variable) => nameOf(bytes, variable));
  const current = isCurrent ? currentOnes(dumps, names) : new Set();
  return dumps.map((variable, i): DumpVariable => {
    const state = stateOf(variable, current.has(variable), isCurrent);
    const unreached: Finding[] =
      isCurrent && !variable.isReached && isValid(variable)
        ? [{ code: 'efi.unreached', at: onMedium(walked, variable.stored) }]
        : [];
    return dumpVariable(walked, variable, names[i] as string, state, unreached);
  });
}

/** A dump that stands in no store: no firmware would give it to a kernel. */
export function carvedDump(walked: Walked, variable: CarvedVariable): DumpVariable {
  const at = onMedium(walked, variable.stored);
  const detail = variable.hasHeader ? `with its header, ${variable.phase}` : 'without a header: its length is a guess';
  const state = variable.phase === 'deleted' ? 'erased' : 'hidden';
  const found: Finding[] = [{ code: 'efi.carved', at, detail }];
  return dumpVariable(walked, variable, nameOf(walked.content.bytes, variable), state, found);
}

/** Each name and content once: the first of those with the best state, `live` before `hidden`, `stale` and `erased`. */
export function withoutCopies(variables: readonly DumpVariable[]): DumpVariable[] {
  const best = [...variables].sort((a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state));
  const kept = new Map<string, DumpVariable[]>();
  const copies = new Set<DumpVariable>();
  for (const variable of best) {
    const { bytes } = variable.data;
    const key = `${variable.name} ${bytes.length} ${crc32(bytes)}`;
    const same = kept.get(key) ?? [];
    // A medium can be made of contents that have the same CRC; so many are not compared.
    if (same.slice(0, 4).some(({ data }) => isSame(data.bytes, bytes))) copies.add(variable);
    else kept.set(key, [...same.slice(0, 4), variable]);
  }
  return variables.filter((variable) => !copies.has(variable));
}

const ranks: readonly RecordState[] = ['live', 'hidden', 'stale', 'erased'];

/** Of each name the one that the firmware gives: the first that is added, else the last that is in transition. */
function currentOnes(dumps: readonly WalkedVariable[], names: readonly string[]): Set<WalkedVariable> {
  const chosen = new Map<string, WalkedVariable>();
  for (const [i, variable] of dumps.entries()) {
    const name = names[i] as string;
    if (!variable.isReached || !isValid(variable) || chosen.get(name)?.phase === 'added') continue;
    chosen.set(name, variable);
  }
  return new Set(chosen.values());
}

function isValid({ phase }: StoredVariable): boolean {
  return phase === 'added' || phase === 'in transition';
}

function stateOf(variable: WalkedVariable, counts: boolean, isCurrent: boolean): RecordState {
  if (counts) return 'live';
  if (variable.phase === 'deleted') return 'erased';
  if (variable.phase === 'superseded') return 'stale';
  if (!isValid(variable)) return 'hidden';
  return isCurrent && !variable.isReached ? 'hidden' : 'stale';
}

function dumpVariable(
  walked: Walked,
  variable: StoredVariable,
  name: string,
  state: RecordState,
  found: readonly Finding[],
): DumpVariable {
  const { phase, excess, isCorrupt, data, stored } = variable;
  const at = onMedium(walked, stored);
  const findings: Finding[] = [...found];
  if (excess > 0) findings.push({ code: 'efi.size', at, detail: `${excess} of the bytes claimed are not its own` });
  if (isCorrupt) findings.push({ code: 'efi.checksum', at });
  if (phase === 'half written') {
    const detail = `${data.end - data.start} of ${stored.end - data.start} bytes of data`;
    findings.push({ code: 'efi.half-written', at, detail });
  }
  if (phase === 'unknown' && variable.guidAt !== stored.start) findings.push({ code: 'efi.state', at });
  return { name, data: slice(walked.content, data.start, data.end), stored: at, state, findings };
}

function onMedium({ start }: Walked, range: ByteRange): ByteRange {
  return { start: start + range.start, end: start + range.end };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
