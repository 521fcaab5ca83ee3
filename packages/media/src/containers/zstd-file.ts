import { frameKind, zstdBlockSize, zstdFrame, zstdHeadSize } from '@pstore-decode/formats/compress';
import type { ByteReader } from './byte-reader.js';
import { isPadding } from './gzip.js';
import { foreignBytes, type StreamFormat } from './unpack.js';

/**
 * Files of zstd frames (RFC 8878), and zeros behind the last. Skippable frames are skipped; a window of more than 128 MiB
 * is refused. A checksum that is wrong ends it, behind the text that it is for.
 */
export const zstdFile: StreamFormat = {
  name: 'zstd',
  recognizes: ([a, b, c, d]) => a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd,
  unpack: readFrames,
};

const cut = 'the stream is cut';

type Text = AsyncGenerator<Uint8Array, string | null, void>;

async function* readFrames(input: ByteReader): Text {
  for (let isFirst = true; ; isFirst = false) {
    const head = (await input.peek(zstdHeadSize)).slice();
    if (head.length === 0 && !isFirst) return null;
    const kind = frameKind(head, 0);
    if (kind === null) return (await isPadding(input)) ? null : foreignBytes;
    const reason = kind === 'content' ? yield* readFrame(input, head) : skipFrame(input, head);
    if (reason !== null) return reason;
  }
}

async function* readFrame(input: ByteReader, head: Uint8Array): Text {
  const frame = zstdFrame(head);
  if (typeof frame === 'string') return frame;
  input.skip(frame.headerSize);
  let fault: string | null = null;
  for (let isLast = false; !isLast; ) {
    const size = zstdBlockSize(await input.peek(zstdHeadSize));
    const stored = await input.peek(size);
    const { text, next, reason = null } = frame.decode(stored);
    const isCut = stored.length < size;
    if (text.length > 0) yield text;
    fault ??= reason;
    if (next === 'broken') return isCut ? cut : fault;
    input.skip(size);
    isLast = next === 'end';
  }
  const checksum = (await input.peek(frame.checksumSize)).slice();
  input.skip(checksum.length);
  return fault ?? frame.check(checksum);
}

/** Goes behind a frame that holds no text: a magic number, the size of what follows, and that (RFC 8878, section 3.1.2). */
function skipFrame(input: ByteReader, head: Uint8Array): string | null {
  const headerSize = 8;
  if (head.length < headerSize) return cut;
  const size = headerSize + new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  if (size > input.left()) return cut;
  input.skip(size);
  return null;
}
