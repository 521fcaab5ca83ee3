export { p842 } from './842.js';
export type { Compressor, Decompressed } from './compressor.js';
export { compressors } from './compressors.js';
export { deflate, zlib, zlibWindowBits } from './deflate.js';
export { lz4 } from './lz4.js';
export { lzo } from './lzo.js';
export { inputEnds } from './output.js';
export { zstd } from './zstd.js';
