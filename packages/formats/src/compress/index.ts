export type { Compressor, Decompressed } from './compressor.js';
export { compressors } from './compressors.js';
export { deflate, zlib, zlibWindowBits } from './deflate.js';
