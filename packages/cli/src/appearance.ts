import { backends } from '@pstore-decode/formats';
import { type RandomAccessSource, unwrap } from '@pstore-decode/media';

/** What bytes without a record look like. Cheap to tell, and often the whole answer. */
export interface Appearance {
  /** In words, with a place: `all bytes are 0x00`; null when they look like nothing known. */
  readonly seen: string | null;
  /** What to do about it. */
  readonly hint: string | null;
  /** Places where a signature stands that no valid structure follows. */
  readonly nearHits: number;
  /** The first of them, an offset in the medium. */
  readonly firstNearHit: number | null;
  /** Bytes looked at for this, from the start of the medium. */
  readonly looked: number;
  /** Whose records were searched for. */
  readonly backends: readonly string[];
}

const lookAtMost = 64 << 20;
const chunk = 4 << 20;
/** A magic of four bytes may begin in one piece and end in the next. */
const overlap = 3;

/** Looks again at the first 64 MiB: this is the path where nothing was found, so that a second look costs little. */
export async function appearanceOf(medium: RandomAccessSource): Promise<Appearance> {
  const source = await unwrap(medium, () => undefined);
  const looked = Math.min(source.size, lookAtMost);
  let nearHits = 0;
  let firstNearHit: number | null = null;
  let head: Uint8Array = new Uint8Array(0);
  let uniform: number | null = null;
  let mixed = false;
  for (let start = 0; start < looked; start += chunk) {
    const end = Math.min(looked, start + chunk + overlap);
    const { bytes } = await source.read({ start, end }, () => undefined);
    if (start === 0) {
      head = bytes;
      uniform = bytes[0] ?? null;
    }
    mixed ||= bytes.some((byte) => byte !== uniform);
    for (const at of mixed ? zoneMagicsIn(bytes, chunk) : []) {
      nearHits += 1;
      firstNearHit = Math.min(firstNearHit ?? start + at, start + at);
    }
  }
  const whole = looked === source.size ? 'all bytes' : `the first ${looked} bytes`;
  const found = mixed || uniform === null ? recognise(head) : uniformBytes(uniform, whole);
  return {
    seen: found?.seen ?? null,
    hint: found?.hint ?? null,
    nearHits,
    firstNearHit,
    looked,
    backends: backends.map(({ name }) => name),
  };
}

/** Headers that begin a zone of RAM, in both byte orders: strong enough to be no chance. */
const zoneMagics = ['DBGC', 'CGBD'];

/** Places where one of them stands and begins before `limit`. */
function* zoneMagicsIn(bytes: Uint8Array, limit: number): Generator<number> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const magic of zoneMagics) {
    for (let at = view.indexOf(magic); at >= 0 && at < limit; at = view.indexOf(magic, at + 1)) yield at;
  }
}

interface Kind {
  readonly seen: string;
  readonly hint: string;
}

function uniformBytes(byte: number, whole: string): Kind {
  const shown = `${whole} are 0x${byte.toString(16).padStart(2, '0')}`;
  if (byte === 0xff)
    return {
      seen: `${shown}: erased flash`,
      hint: 'nothing was ever written here; check the partition or the address',
    };
  return { seen: shown, hint: 'memory that lost power, or a wrong address: RAM keeps records over a warm reboot only' };
}

const image = 'convert it to a raw image first';
const unreadable = 'it could not be unpacked, so it was searched as it stands: copy it again';
const inside = 'records may be files inside it: mount it read-only and look for systemd/pstore';

/** At fixed places, text or bytes. Sources: the formats' own documents, as file(1) knows them. */
const magics: readonly (readonly [at: number, magic: string, name: string, hint: string])[] = [
  [0, '\x1f\x8b', 'gzip', unreadable],
  [0, '\xfd7zXZ\0', 'xz', unreadable],
  [0, '\x28\xb5\x2f\xfd', 'zstd', unreadable],
  [0, 'BZh', 'bzip2', 'decompress it first: bzip2 -dc'],
  [0, 'PK\x03\x04', 'a zip archive', 'unpack it first'],
  [0x101, 'ustar', 'a tar archive', 'unpack it first'],
  [0, '\x7fELF', 'ELF', 'it is no core dump, or a damaged one: give the memory dump itself'],
  [0, 'EMiL', 'a LiME memory dump', unreadable],
  [0, 'QFI\xfb', 'a qcow2 disk image', unreadable],
  [0, 'KDMV', 'a VMDK disk image', `${image}: qemu-img convert -O raw`],
  [0, 'vhdxfile', 'a VHDX disk image', `${image}: qemu-img convert -O raw`],
  [0, '\x3a\xff\x26\xed', 'an Android sparse image', unreadable],
  [0, 'hsqs', 'a squashfs file system', inside],
  [0x438, '\x53\xef', 'an ext2, ext3 or ext4 file system', inside],
  [0, 'XFSB', 'an XFS file system', inside],
  [0x10040, '_BHRfS_M', 'a btrfs file system', inside],
  [0x28, '_FVH', 'a UEFI firmware volume', 'none of its variables is a dump of pstore, live or deleted'],
  [0, 'ERSTSTOR', 'an ACPI ERST store', 'no slot of it holds a record, live or cleared'],
  [0x200, 'EFI PART', 'a disk with a GPT', 'nothing in its partitions looks like a pstore record'],
];

function recognise(head: Uint8Array): Kind | null {
  for (const [at, magic, name, hint] of magics) {
    if (startsWith(head, at, magic)) return { seen: `${name} (magic at 0x${at.toString(16)})`, hint };
  }
  if (!looksLikeText(head.subarray(0, 4096))) return null;
  return {
    seen: 'plain text',
    hint: 'give the medium itself (RAM region, partition, image), not a log or a decoded file',
  };
}

function startsWith(head: Uint8Array, at: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) {
    if (head[at + i] !== magic.charCodeAt(i)) return false;
  }
  return true;
}

/** UTF-8 without control characters; a sequence cut at the end does not count. */
function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    for (const c of text) if (c < ' ' && !'\n\r\t\f\x1b'.includes(c)) return false;
    return true;
  } catch {
    return false;
  }
}
