import {
  authenticatedStoreGuid,
  plainStoreGuid,
  storeFormatted,
  storeHeader,
  storeHealthy,
  vss2StoreGuid,
} from './layout.js';
import type { HeaderKind } from './stored-variable.js';
import { vssStoreAt } from './vss.js';

/** What the header of a store says. */
export interface StoreHead {
  /** Our name of the kind of store. */
  readonly name: string;
  readonly headerSize: number;
  /** Bytes of the store with this header, as it claims. */
  readonly claimed: number;
  readonly kinds: readonly HeaderKind[];
  readonly alignment: 1 | 4;
}

/** What a store without a legible header may be. */
export const unknownStore: Omit<StoreHead, 'claimed'> = {
  name: 'unknown',
  headerSize: storeHeader.size,
  kinds: ['authenticated', 'plain'],
  alignment: 4,
};

const guids = [
  { guid: authenticatedStoreGuid, name: 'authenticated', kinds: ['authenticated'] },
  { guid: plainStoreGuid, name: 'plain', kinds: ['plain'] },
  { guid: vss2StoreGuid, name: 'VSS2', kinds: ['plain', 'authenticated'] },
] as const;

/** The store whose header stands at `at`, formatted and healthy; null when none does. */
export function storeAt(bytes: Uint8Array, at: number): StoreHead | null {
  const vss = vssStoreAt(bytes, at);
  if (vss !== null) return vss;
  const found = guids.find(({ guid }) => standsAt(bytes, at, guid));
  if (found === undefined || storeHeader.size > bytes.length - at) return null;
  const { size, format, state } = storeHeader.decode(bytes, at, 'le');
  if (format !== storeFormatted || state !== storeHealthy) return null;
  const { name, kinds } = found;
  return { name, headerSize: storeHeader.size, claimed: size, kinds, alignment: 4 };
}

/** True when these bytes stand at `at`, whole. */
export function standsAt(bytes: Uint8Array, at: number, wanted: ArrayLike<number>): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}
