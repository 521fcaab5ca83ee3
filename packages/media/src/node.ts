export { type FileSource, type OpenOptions, openFile } from './file.js';
export { type FolderOptions, type FolderSource, openFolder } from './folder.js';
export { MediumError, type MediumErrorCode } from './medium-error.js';
export type { MediumKind } from './medium-kind.js';
export { fifoStream, type SpoolOptions, spool } from './spool.js';
