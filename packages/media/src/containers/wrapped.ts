import type { Container } from './container.js';
import { gzip } from './gzip.js';
import { memoryStore, type StreamFormat, unpackInto } from './unpack.js';
import { xz } from './xz.js';
import { zlibFile } from './zlib-file.js';
import { zstdFile } from './zstd-file.js';

/** Compressed files around a medium. */
export const streamFormats: readonly StreamFormat[] = [gzip, xz, zstdFile, zlibFile];

/** The same as containers, unpacked in memory; a file that is opened by its path is unpacked when it is opened, into a file. */
export const wrappers: readonly Container[] = streamFormats.map((format) => ({
  name: format.name,
  recognizes: format.recognizes,
  open: (medium, report, signal) => unpackInto(memoryStore(), format, medium, report, { signal }),
}));
