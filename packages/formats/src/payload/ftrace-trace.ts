import { readFtraceCalls, restoredAddress } from './ftrace.js';
import type { FtraceLayout } from './ftrace-layout.js';
import { functionName, noSymbols, type SymbolLookup } from './ftrace-names.js';

/** A traced call with the names of its two functions, whatever record layout or text it was had from. */
export interface TraceCall {
  readonly cpu: number;
  /** The number of the call since boot, over all CPUs: not a time. Absent from kernels before 4.9. */
  readonly counter?: bigint;
  readonly ip: bigint;
  readonly parentIp: bigint;
  /** The traced function, `name` or `name [module]`; its address where no name is known. */
  readonly function: string;
  /** The function that called it, likewise. */
  readonly caller: string;
}

/** A trace that was read from text. */
export interface FtraceTextReading {
  readonly calls: readonly TraceCall[];
  /** Lines that are none of a trace. */
  readonly strangeLines: number;
}

/** The calls of a file of trace records, oldest first as the kernel shows them. */
export function traceCalls(
  bytes: Uint8Array,
  layout: FtraceLayout,
  symbols: SymbolLookup = noSymbols,
): readonly TraceCall[] {
  const nameOf = (address: bigint) => functionName(address, layout.wordSize, symbols);
  return readFtraceCalls(bytes, layout).map(({ cpu, counter, ...call }) => {
    const ip = restoredAddress(call.ip, layout);
    const parentIp = restoredAddress(call.parentIp, layout);
    const numbered = counter === undefined ? {} : { counter };
    return { cpu, ...numbered, ip, parentIp, function: nameOf(ip), caller: nameOf(parentIp) };
  });
}

/**
 * The calls of a trace in the kernel’s words: the text of a record, or a file that was copied from /sys/fs/pstore. A
 * name that the text has is kept; `symbols` names what stands there as a raw address.
 */
export function parseFtraceText(text: Uint8Array, symbols: SymbolLookup = noSymbols): FtraceTextReading {
  const calls: TraceCall[] = [];
  let strangeLines = 0;
  for (const line of latin1.decode(text).split('\n')) {
    const found = traceLine.exec(line);
    if (found !== null) calls.push(callOf(found as unknown as Columns, symbols));
    else if (line !== '') strangeLines += 1;
  }
  return { calls, strangeLines };
}

const latin1 = new TextDecoder('latin1');

/** Of both generations; names are printable and have no blank but the one in front of the module. */
const traceLine =
  /^(?:CPU:(\d{1,10}) ts:(\d{1,20})|(\d{1,10})) ([0-9a-f]{8,16}) {2}([0-9a-f]{8,16}) {2}([!-~]{1,512}(?: \[[!-~]{1,64}\])?) <- ([!-~]{1,512}(?: \[[!-~]{1,64}\])?)$/;

type Columns = readonly [
  line: string,
  cpu: string | undefined,
  counter: string | undefined,
  oldCpu: string | undefined,
  ip: string,
  parentIp: string,
  function_: string,
  caller: string,
];

function callOf([, cpu, counter, oldCpu, ip, parentIp, name, caller]: Columns, symbols: SymbolLookup): TraceCall {
  const numbered = counter === undefined ? {} : { counter: BigInt(counter) };
  const named = (address: bigint, stored: string) =>
    rawAddress.test(stored) ? functionName(address, stored.length > 10 ? 8 : 4, symbols) : stored.replace(offset, '$1');
  const addresses = { ip: BigInt(`0x${ip}`), parentIp: BigInt(`0x${parentIp}`) };
  return {
    cpu: Number(cpu ?? oldCpu),
    ...numbered,
    ...addresses,
    function: named(addresses.ip, name),
    caller: named(addresses.parentIp, caller),
  };
}

const rawAddress = /^0x[0-9a-f]{8,16}$/;
/** Behind a name: `+0x3a/0xc5`. */
const offset = /\+0x[0-9a-f]{1,16}\/0x[0-9a-f]{1,16}( \[[!-~]{1,64}\])?$/;
