import type { ByteRange } from '@pstore-decode/formats';
import { CliError } from './errors.js';

const hint = 'an address and a size: 0x3c00000+0x40000, or 960M+256K';

/** `ADDRESS+SIZE`, decimal or 0x…, with K, M, G or T for binary multiples. @throws CliError for anything else */
export function parsePlace(text: string): ByteRange {
  const found = /^(0x[0-9a-f]+|\d+)([kmgt]?)\+(0x[0-9a-f]+|\d+)([kmgt]?)$/i.exec(text);
  const start = numberOf(found?.[1], found?.[2]);
  const size = numberOf(found?.[3], found?.[4]);
  if (!Number.isSafeInteger(start + size) || size === 0) throw new CliError(`--at ${text}`, 'is no place', hint);
  return { start, end: start + size };
}

function numberOf(digits: string | undefined, suffix: string | undefined): number {
  return Number(digits) * 1024 ** ' kmgt'.indexOf(suffix?.toLowerCase() || ' ');
}
