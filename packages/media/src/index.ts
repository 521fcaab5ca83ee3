export { fromBlob } from './blob.js';
export { type Located, type LocateOptions, locate } from './locate.js';
export { type ReadAt, type ReadAtOptions, sourceFrom } from './read-at.js';
export { type SalvageOptions, salvage } from './salvage.js';
export { fromBytes, type RandomAccessSource } from './source.js';
