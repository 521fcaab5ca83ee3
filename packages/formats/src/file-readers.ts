import { efiVariableFiles } from './efi/variable-files.js';
import type { FileReader } from './named-file.js';
import { pstorefs } from './pstorefs/index.js';

/** THE LIST. The first that claims a path reads it. A file whose path is not known is '' and is given to each that claims that. */
export const fileReaders: readonly FileReader[] = [pstorefs, efiVariableFiles];
