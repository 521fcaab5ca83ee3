import type { Backend } from './backend.js';
import { efi } from './efi/index.js';
import { erst } from './erst/index.js';
import { mtdoops } from './mtdoops/index.js';
import { nvram } from './nvram/index.js';
import { ramoops } from './ramoops/index.js';
import { zone } from './zone/index.js';

/** THE LIST. A backend is a folder and a line here. */
export const backends: readonly Backend[] = [ramoops, zone, efi, erst, nvram, mtdoops];
