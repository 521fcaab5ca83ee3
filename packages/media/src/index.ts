export { fromBlob } from './blob.js';
export type { ContainedSource, Container, Unwrapped } from './containers/container.js';
export { containers, unwrap } from './containers.js';
export { type Located, type LocateOptions, locate } from './locate.js';
export { type ReadAt, type ReadAtOptions, sourceFrom } from './read-at.js';
export type { SalvageOptions } from './run.js';
export { salvage } from './salvage.js';
export { fromBytes, type NamedRange, type RandomAccessSource } from './source.js';
