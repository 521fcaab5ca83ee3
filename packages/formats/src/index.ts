export type { Area, Backend, Hints, Probe, Signature } from './backend.js';
export { backends } from './backends.js';
export * from './bytes/index.js';
export { compressors } from './compress/index.js';
export { type Crash, type CrashNumbers, crashLog, joinCrashes, type PartRange } from './crash.js';
export { fileReaders } from './file-readers.js';
export { type Finding, type FindingCode, findingKinds, type Report, type Severity, severityOf } from './finding.js';
export { interpret } from './interpret.js';
export {
  formatKernelVersion,
  isSince,
  type KernelVersion,
  newestKernel,
  parseKernelVersion,
  versionCode,
  versionOfCode,
} from './kernel-version.js';
export type { FileReader, NamedFile } from './named-file.js';
export { type DiskEnds, diskEnd, type Partition, partitionsOf } from './partition-table.js';
export {
  type DumpReason,
  dumpReasons,
  type EccSummary,
  type Grade,
  gradeOf,
  grades,
  type KernelFile,
  type PstoreRecord,
  type RecordState,
  type RecordType,
  recordTypes,
  type Timestamp,
} from './record.js';
