import { type Refused, type SymbolEntry, type SymbolTable, symbolTable } from './table.js';

/** `ffffffff81000000 T _text`, in /proc/kallsyms with a tab and `[module]` behind it (nm -n; s_show, kernel/kallsyms.c). */
const symbolLine = /^([0-9a-f]{8,16}) ([A-Za-z?]) ([^\s]{1,511})(?:[ \t]{1,2}\[([\w-]{1,64})\])?\s{0,2}$/;

/** No line of such a file is longer. */
const longestLine = 640;

/** The symbols of a System.map or of a copy of /proc/kallsyms. */
export function readSymbolList(text: Uint8Array): SymbolTable | Refused {
  const entries: SymbolEntry[] = [];
  let lines = 0;
  let symbols = 0;
  let isZero = true;
  let isKallsyms = false;
  for (let start = 0; start < text.length; lines++) {
    const feed = text.indexOf(0x0a, start);
    const end = feed < 0 ? text.length : feed;
    const found = symbolLine.exec(ascii.decode(text.subarray(start, Math.min(end, start + longestLine))));
    start = end + 1;
    if (found === null) continue;
    symbols += 1;
    const [, digits, type, name, module] = found;
    const address = BigInt(`0x${digits}`);
    isZero &&= address === 0n;
    isKallsyms ||= module !== undefined;
    // Absolute values, undefined symbols and the marks of ARM are no places in the kernel.
    if (/[AaUN?]/.test(type!) || name!.startsWith('$')) continue;
    entries.push({ name: name!, address, isWeak: /[wWvV]/.test(type!), ...(module === undefined ? {} : { module }) });
  }
  if (symbols === 0) return { refused: 'no line of it is a symbol' };
  if (isZero) return { refused: 'every address in it is 0: /proc/kallsyms was read without privilege (kptr_restrict)' };
  if (symbols * 2 < lines) return { refused: `only ${symbols} of ${lines} lines are symbols` };
  return symbolTable(entries, { source: isKallsyms ? 'kallsyms' : 'System.map' });
}

const ascii = new TextDecoder('latin1');
