export { formatPartLine, kernelVersionIn, type PartLine, parsePartLine } from './dmesg.js';
export {
  decodeFtraceCall,
  encodeFtraceCall,
  type FtraceCall,
  formatFtraceCall,
  ftraceRecordSize,
  ftraceText,
} from './ftrace.js';
export { type GuessedLayout, guessFtraceLayout } from './ftrace-guess.js';
export { type FtraceLayout, ftraceRecords } from './ftrace-layout.js';
