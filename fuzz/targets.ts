import type { Target } from './target.js';
import { needTarget, structTarget } from './targets/bytes.js';
import { compressTargets } from './targets/compress.js';
import { eccTarget } from './targets/ecc.js';
import { sinksTarget } from './targets/sinks.js';

/** THE LIST. */
export const targets: readonly Target[] = [needTarget, structTarget, sinksTarget, eccTarget, ...compressTargets];
