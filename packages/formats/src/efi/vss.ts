import { storeFormatted, storeHealthy, vssSignatures, vssStoreHeader } from './layout.js';
import type { StoreHead } from './store-header.js';

/**
 * The VSS store (Insyde, Phoenix; Apple as `$SVS` and `$NSS`) whose header stands at `at`; null when none does. Its
 * variables follow each other without padding; a copy in the factory volume (`_FDC`) has the same header.
 */
export function vssStoreAt(bytes: Uint8Array, at: number): StoreHead | null {
  if (bytes[at] !== 0x24 || vssStoreHeader.size > bytes.length - at) return null;
  const { signature, size, format, state } = vssStoreHeader.decode(bytes, at, 'le');
  if (!vssSignatures.includes(signature) || format !== storeFormatted || state !== storeHealthy) return null;
  return {
    name: String.fromCharCode(...bytes.subarray(at, at + 4)),
    headerSize: vssStoreHeader.size,
    claimed: size,
    kinds: ['checked', 'plain', 'authenticated'],
    alignment: 1,
  };
}
