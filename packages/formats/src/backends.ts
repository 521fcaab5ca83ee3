import type { Backend } from './backend.js';
import { efi } from './efi/index.js';
import { ramoops } from './ramoops/index.js';

/** THE LIST. A backend is a folder and a line here. */
export const backends: readonly Backend[] = [ramoops, efi];
