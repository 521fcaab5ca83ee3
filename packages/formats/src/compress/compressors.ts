import type { Compressor } from './compressor.js';
import { deflate, zlib } from './deflate.js';

/** THE LIST. Nothing on a medium names the compressor; the order is no preference, and each refuses what is not its own. */
export const compressors: readonly Compressor[] = [deflate, zlib];
