import type { FileHandle } from 'node:fs/promises';
import type { Finding } from '@pstore-decode/formats';
import { headSize } from './containers/container.js';
import { insideFinding, type Store, unpackInto } from './containers/unpack.js';
import { streamFormats } from './containers/wrapped.js';
import { isNamedRecord } from './containers.js';
import type { FileSource, OpenOptions } from './file.js';
import { handleAccess } from './file-access.js';
import { directAccess } from './file-scan.js';
import { sourceFrom } from './read-at.js';
import { namelessFile, type SpoolOptions, writeWhole } from './spool.js';

/**
 * What is inside of a file that is compressed as a whole, unpacked into a temporary file that goes with the source; any
 * other file as it is, and one whose name says that it is a record. Of a broken stream what comes before the fault.
 * Closes what it was given where it throws.
 * @throws MediumError `no-room`; the reason of the signal
 */
export async function unpackedFile(file: FileSource, options: OpenOptions): Promise<FileSource> {
  const { bytes: head } = await file.read({ start: 0, end: Math.min(headSize, file.size) }, () => undefined);
  const format = streamFormats.find((each) => each.recognizes(head));
  if (format === undefined || isNamedRecord(file)) return file;
  let handle: FileHandle | null = null;
  try {
    const findings: Finding[] = [...(file.findings ?? [])];
    handle = await namelessFile(options.folder, file.path);
    const store = fileStore(handle, file.path, options);
    const inside = await unpackInto(store, format, file, (finding) => findings.push(finding), {
      signal: options.signal,
      onProgress: options.onUnpack,
    });
    if (inside === null) {
      await handle.close();
      return file; // `unwrap` comes to the same, and says why
    }
    findings.push(insideFinding(format.name, inside.size));
    const { files: _, direct: ofPackedBytes, ...rest } = file;
    const close = async () => {
      await handle?.close();
      await file.close();
    };
    return { ...rest, ...inside, findings, close };
  } catch (error) {
    await handle?.close();
    await file.close();
    throw error;
  }
}

function fileStore(
  handle: FileHandle,
  name: string,
  { maxBytes = 64 * 2 ** 30, folder, onProgress }: SpoolOptions,
): Store {
  const access = handleAccess(handle);
  let size = 0;
  return {
    most: maxBytes,
    async append(bytes) {
      await writeWhole(handle, bytes, size, folder, name);
      size += bytes.length;
      onProgress?.(size);
    },
    source: () => ({ ...sourceFrom(access.readAt, size), direct: directAccess(access.descriptor) }),
  };
}
