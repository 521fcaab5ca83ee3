import type { PlannedFile } from './plan.js';

/**
 * The same files as systemd-pstore (254 and later) archives them below /var/lib/systemd/pstore: dumps that come in
 * parts, of UEFI and ERST, in a folder for each crash with their whole text beside them, everything else at the top.
 */
export function asSystemd(plan: readonly PlannedFile[]): PlannedFile[] {
  // A file that was kept in pmsg may be named like a dump.
  const folderOf = crashFolders(plan.filter(({ kept }) => kept === undefined));
  const texts = new Map<string, { readonly folders: readonly string[]; readonly parts: Uint8Array[] }>();
  const moved = plan.map((file) => {
    const inside = file.kept === undefined ? folderOf(file) : null;
    if (inside === null) return file;
    const folders = [...file.folders, ...inside];
    const key = folders.join('/');
    const text = texts.get(key) ?? { folders, parts: [] };
    texts.set(key, text);
    return { ...file, folders };
  });
  // Names in descending order: the highest part, which holds the oldest lines, comes first.
  const descending = [...moved].sort((a, b) => (a.name < b.name ? 1 : -1));
  for (const file of descending) texts.get(file.folders.join('/'))?.parts.push(file.content);
  return [
    ...moved,
    ...[...texts.values()].map(({ folders, parts }) => ({ ...whole, folders, content: joined(parts) })),
  ];
}

const whole = { found: null, name: 'dmesg.txt' } as const;

/** For each file the folders below its own; null for what stays where it is. */
function crashFolders(plan: readonly PlannedFile[]): (file: PlannedFile) => readonly string[] | null {
  const erst = consecutive(plan.flatMap(({ name }) => /^dmesg-erst-(\d+)$/.exec(name)?.[1] ?? []).map(BigInt));
  return ({ name }) => {
    const [, backend, id = ''] = /^dmesg-(efi|efi_pstore|erst)-(\d+)$/.exec(name) ?? [];
    if (backend === undefined) return null;
    if (backend === 'erst') return [String(erst.get(BigInt(id)))];
    // Seconds, two digits of the part, three of the count.
    return id.length > 5 ? [id.slice(0, -5), id.slice(-3)] : null;
  };
}

/** For each id the highest of the unbroken row that it is in: the parts of one dump have ids in a row. */
function consecutive(ids: readonly bigint[]): Map<bigint, bigint> {
  const highest = new Map<bigint, bigint>();
  for (const id of [...ids].sort((a, b) => (a < b ? 1 : -1))) highest.set(id, highest.get(id + 1n) ?? id);
  return highest;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
