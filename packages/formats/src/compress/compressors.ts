import { p842 } from './842.js';
import type { Compressor } from './compressor.js';
import { deflate, zlib } from './deflate.js';
import { lz4 } from './lz4.js';
import { lzo } from './lzo.js';
import { zstd } from './zstd.js';

/** THE LIST. Nothing on a medium names the compressor; the order is no preference, and each refuses what is not its own. */
export const compressors: readonly Compressor[] = [deflate, zlib, lzo, lz4, p842, zstd];
