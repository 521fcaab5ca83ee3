export { kernelDumpText } from './kernel-view.js';
export { type DumpHints, type DumpReading, readCompressedDump } from './read.js';
export { type Candidate, type Confidence, recognise } from './recognise.js';
