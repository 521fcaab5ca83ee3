import type { PstoreRecord } from '../record.js';

/** The texts that have been shown. */
export interface KnownTexts {
  add(record: PstoreRecord): void;
  all(): readonly PstoreRecord[];
  /** A record with the same text. */
  find(record: PstoreRecord): PstoreRecord | null;
}

export function knownTexts(): KnownTexts {
  const known = new Map<string, PstoreRecord[]>();
  return {
    add(record) {
      const key = keyOf(record.text.bytes);
      const alike = known.get(key);
      if (alike === undefined) known.set(key, [record]);
      else alike.push(record);
    },
    all: () => [...known.values()].flat(),
    find({ text: { bytes } }) {
      const alike = known.get(keyOf(bytes)) ?? [];
      return alike.find(({ text }) => text.bytes.every((byte, at) => byte === bytes[at])) ?? null;
    },
  };
}

/** Length and FNV-1a (Fowler, Noll, Vo) of some bytes from all over, so that few texts are compared byte for byte. */
function keyOf(bytes: Uint8Array): string {
  const step = Math.max(1, bytes.length >> 8);
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += step) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return `${bytes.length} ${hash}`;
}
