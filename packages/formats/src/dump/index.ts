export { carve } from './carve-all.js';
export { kernelDumpText } from './kernel-view.js';
export { type KnownTexts, knownTexts } from './known-texts.js';
export { withBitsMended } from './mend-bits.js';
export { type DumpHints, type DumpReading, readCompressedDump } from './read.js';
export { type Candidate, type Confidence, recognise } from './recognise.js';
export { withHoles } from './resync.js';
export type { TextWithHoles } from './symbol-run.js';
