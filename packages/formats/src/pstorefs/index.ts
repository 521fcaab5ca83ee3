import type { FileReader } from '../named-file.js';
import { parseKernelFileName } from './file-name.js';
import { readKernelFiles } from './read.js';

export { type KernelFileName, parseKernelFileName } from './file-name.js';

/**
 * Files copied out of /sys/fs/pstore, or kept by systemd in /var/lib/systemd/pstore (`dmesg.txt` there is made of them
 * and is left out). The last part of the path names the record; a file without a name is tried as a compressed dump.
 */
export const pstorefs: FileReader = {
  name: 'pstorefs',
  claims: (path) => path === '' || parseKernelFileName(path.slice(path.lastIndexOf('/') + 1)) !== null,
  records: readKernelFiles,
};
