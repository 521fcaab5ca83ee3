export { formatPartLine, kernelVersionIn, type PartLine, parsePartLine } from './dmesg.js';
export {
  decodeFtraceCall,
  encodeFtraceCall,
  type FtraceCall,
  type FtraceLayout,
  formatFtraceCall,
  ftraceRecordSize,
  ftraceRecords,
  ftraceText,
} from './ftrace.js';
export { type GuessedLayout, guessFtraceLayout } from './ftrace-layout.js';
