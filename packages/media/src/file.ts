import { type BigIntStats, fstat, promises, read, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Unwrapped } from './containers/container.js';
import { memoryEnd, sizeByReading } from './device-size.js';
import { type Access, handleAccess, openAccess, tellsSizes } from './file-access.js';
import { coreOf } from './file-core.js';
import { extentsOf, isSparse } from './file-extents.js';
import { parseIomem, rangesToSearch } from './file-memory.js';
import { joinedFiles, partsOf } from './file-parts.js';
import { directAccess } from './file-scan.js';
import { unpackedFile } from './file-unpack.js';
import { MediumError, memoryRefused, refusalOf } from './medium-error.js';
import { deviceNumbers, kindOf, type MediumKind } from './medium-kind.js';
import { type ReadAtOptions, sourceFrom } from './read-at.js';
import type { NamedRange, RandomAccessSource } from './source.js';
import { fifoStream, type SpoolOptions, spool } from './spool.js';

/** Of a compressed file, and of /proc/kcore, it is what is inside: `root` and `containers` say so. */
export interface FileSource
  extends RandomAccessSource,
    Pick<Unwrapped, 'root' | 'containers' | 'addresses' | 'toRoot' | 'dataRanges'> {
  /** As the caller gave it. */
  readonly path: string;
  /** `pipe`: its bytes were taken into a temporary file first. */
  readonly kind: MediumKind;
  /** As the system told when it was opened; of a pipe, that of the temporary file. */
  readonly stat: BigIntStats;
  /** Of a medium in several files, where each of them stands in it. */
  readonly parts?: readonly NamedRange[];
  /** True when size or time of a file are no longer those at opening: what was read may belong to two states of it. */
  hasChanged(): Promise<boolean>;
  /** Of a pipe, this frees its bytes. */
  close(): Promise<void>;
}

export interface OpenOptions extends SpoolOptions {
  /** In bytes, where the caller knows better than the system: for devices that do not tell. */
  readonly size?: number;
  /** While a compressed file is unpacked: bytes of it that were taken so far, and all of them. */
  readonly onUnpack?: (done: number, total: number) => void;
}

/**
 * Opens a file, block device, mtd or nvram device, /dev/mem or FIFO; `-` is standard input. A pipe is read to its end
 * first. The first file of several that a medium is split into (`.001`, `.E01`) stands for all of them, and one that is
 * compressed for what is inside: unpacked into a temporary file. Reads only, by position, never writes and never maps;
 * the time of last access stays where the system allows.
 * @throws MediumError when it cannot be a medium, or cannot be opened; the reason of the signal
 */
export async function openFile(path: string, options: OpenOptions = {}): Promise<FileSource> {
  options.signal?.throwIfAborted();
  if (path === '-') return openDescriptor(0, () => process.stdin, options);
  let isMemory = false;
  try {
    const facts = statSync(path, { bigint: true });
    const kind = kindOf(facts, path, options.size !== undefined);
    if (kind === 'pipe') return await spooled(await fifoStream(path), path, options);
    isMemory = kind === 'memory';
    const source = await sourceOf(await openAccess(path, kind, facts.size), path, options);
    if (source.kind !== 'file') return source;
    const [, ...more] = options.size === undefined ? partsOf(path) : [];
    if (more.length > 0) return await unpackedFile(await withParts(source, more, options), options);
    const files = [{ path: basename(path), range: { start: 0, end: source.size } }];
    return await unpackedFile({ ...source, files }, options);
  } catch (error) {
    throw refusalOf(error, path, isMemory) ?? error;
  }
}

/** Closes what it was given where the rest cannot be opened. */
async function withParts(first: FileSource, more: readonly string[], options: OpenOptions): Promise<FileSource> {
  const files = [first];
  try {
    for (const path of more) {
      const { size } = statSync(path, { bigint: true });
      files.push(await sourceOf(await openAccess(path, 'file', size), path, options));
    }
    return joinedFiles(files);
  } catch (error) {
    for (const file of files) await file.close();
    throw error;
  }
}

/**
 * What stands behind an open descriptor that is not ours to close: standard input. A file there is read by position,
 * from its beginning; anything that flows is taken from `stream`, which reads the same descriptor.
 * @throws MediumError as `openFile` does
 */
export async function openDescriptor(fd: number, stream: () => Readable, options: OpenOptions): Promise<FileSource> {
  const path = 'standard input';
  const access: Access = {
    readAt: async (target, position) => (await readFd(fd, target, 0, target.length, position)).bytesRead,
    descriptor: () => fd,
    stat: () => promisify(fstat)(fd, { bigint: true }),
    close: async () => undefined,
  };
  const facts = await access.stat();
  const isFlow = facts.isSocket() || kindOf(facts, path, options.size !== undefined) === 'pipe';
  return isFlow ? spooled(stream(), path, options) : unpackedFile(await sourceOf(access, path, options), options);
}

const readFd = promisify(read);

async function spooled(input: Readable, path: string, options: OpenOptions): Promise<FileSource> {
  const handle = await spool(input, path, options);
  return unpackedFile({ ...(await sourceOf(handleAccess(handle), path, {})), kind: 'pipe' }, options);
}

/** Closes what it was given where it cannot make a source of it. */
async function sourceOf(access: Access, path: string, options: OpenOptions): Promise<FileSource> {
  try {
    return await sourceBehind(access, path, options);
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function sourceBehind(access: Access, path: string, options: OpenOptions): Promise<FileSource> {
  const atOpening = await access.stat();
  const kind = kindOf(atOpening, path, options.size !== undefined);
  const size = options.size ?? (await sizeOf(access, atOpening, kind, path));
  const isReadable = size <= longest || options.size !== undefined;
  const bytes = isReadable ? await bytesOf(access, atOpening, kind, size) : await coreOf(access.readAt, size, longest);
  if (bytes === null) throw endless(path);
  return {
    ...bytes,
    path,
    kind,
    stat: atOpening,
    async hasChanged() {
      const now = await access.stat();
      return kind === 'file' && (now.size !== atOpening.size || now.mtimeNs !== atOpening.mtimeNs);
    },
    close: access.close,
  };
}

/** Nothing that is longer can be read in a lifetime. */
const longest = 2 ** 46;

async function bytesOf(
  access: Access,
  facts: BigIntStats,
  kind: MediumKind,
  size: number,
): Promise<RandomAccessSource & Partial<Unwrapped>> {
  return {
    ...(kind === 'memory' ? await memorySource(access, size) : sourceFrom(access.readAt, size)),
    ...((kind === 'file' || kind === 'block') && { direct: directAccess(access.descriptor) }),
    ...(kind === 'file' && isSparse(facts) && { dataRanges: () => extentsOf(access.descriptor(), size) }),
  };
}

function endless(path: string): MediumError {
  return new MediumError('endless', path, 'gives bytes for ever', 'copy as much as is wanted to a file: head -c 16M');
}

/** /dev/mem refuses by the page, and says EFAULT where no memory is. */
const ofMemory: ReadAtOptions = {
  sector: 4096,
  explain: (code) => (code === 'EPERM' ? `EPERM: ${memoryRefused.what}; ${memoryRefused.hint}` : code),
};

/** Physical memory; only what /proc/iomem calls memory is to be searched, where it says anything. */
async function memorySource(access: Access, size: number): Promise<RandomAccessSource & Partial<FileSource>> {
  const ranges = rangesToSearch(parseIomem(await iomem()));
  const within = ranges.map(({ start, end }) => ({ start, end: Math.min(end, size) })).filter((r) => r.start < r.end);
  const dataRanges = async () => within;
  const source = sourceFrom(access.readAt, size, ofMemory);
  return { ...source, addresses: 'physical', ...(within.length > 0 && { dataRanges }) };
}

function iomem(): Promise<string> {
  return promises.readFile('/proc/iomem', 'latin1').catch(() => '');
}

async function sizeOf(access: Access, facts: BigIntStats, kind: MediumKind, path: string): Promise<number> {
  if (kind === 'memory') {
    const end = memoryEnd(await iomem());
    if (end !== null) return end;
    throw new MediumError(
      'size',
      path,
      'nobody says where memory ends',
      'run as root: /proc/iomem tells it to root only',
    );
  }
  const said = kind === 'file' ? sizeSaid(facts, path) : await sizeInSysfs(facts.rdev, kind);
  const size = said ?? (await sizeByReading(access.readAt));
  if (size === null) throw endless(path);
  return size;
}

/** Files of procfs say 0 and have bytes all the same. */
function sizeSaid(facts: BigIntStats, path: string): number | null {
  return tellsSizes(path) ? Number(facts.size) || null : null;
}

/** A block device tells sectors of 512 bytes, mtd bytes; the read-only twin of an mtd device, minor + 1, nothing. */
async function sizeInSysfs(rdev: bigint, kind: MediumKind): Promise<number | null> {
  const { major, minor } = deviceNumbers(rdev);
  const place = kind === 'block' ? `block/${major}:${minor}` : `char/${major}:${major === 90 ? minor & ~1 : minor}`;
  const text = await promises.readFile(`/sys/dev/${place}/size`, 'latin1').catch(() => '');
  if (!/^\d+\s*$/.test(text)) return null;
  return Number(text) * (kind === 'block' ? 512 : 1);
}
