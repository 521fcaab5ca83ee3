import type { Target } from './target.js';
import { backendTargets } from './targets/backends.js';
import { binaryParserTarget } from './targets/binary-parser.js';
import { needTarget, structTarget } from './targets/bytes.js';
import { compressTargets } from './targets/compress.js';
import { containerTargets } from './targets/containers.js';
import { crashTargets } from './targets/crash-report.js';
import { dumpTarget } from './targets/dump.js';
import { eccTarget } from './targets/ecc.js';
import { fileReaderTargets } from './targets/file-readers.js';
import { loggerTarget } from './targets/logger.js';
import { parametersTarget } from './targets/parameters.js';
import { dmesgTarget, ftraceTarget, ftraceTextTarget, sectionsTarget } from './targets/payload.js';
import { salvageTarget } from './targets/salvage.js';
import { sinksTarget } from './targets/sinks.js';

/** THE LIST. */
export const targets: readonly Target[] = [
  needTarget,
  structTarget,
  binaryParserTarget,
  sinksTarget,
  eccTarget,
  ...compressTargets,
  ...containerTargets,
  dumpTarget,
  dmesgTarget,
  ftraceTarget,
  ftraceTextTarget,
  loggerTarget,
  sectionsTarget,
  ...crashTargets,
  parametersTarget,
  ...backendTargets,
  ...fileReaderTargets,
  salvageTarget,
];
