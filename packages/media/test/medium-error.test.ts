import { describe, expect, test } from 'vitest';
import { MediumError, refusalOf } from '../src/medium-error.js';
import { systemError } from './faulty-medium.js';

const table: [code: string, isMemory: boolean, refusal: string | null, says: RegExp][] = [
  ['ENOENT', false, 'missing', /no such file/],
  ['ENOTDIR', false, 'missing', /no such file/],
  ['EACCES', false, 'denied', /permission denied/],
  ['EPERM', false, 'denied', /not permitted/],
  ['EPERM', true, 'memory', /CONFIG_STRICT_DEVMEM, CONFIG_IO_STRICT_DEVMEM or lockdown.*iomem=relaxed/],
  ['ENXIO', false, 'gone', /no such device/],
  ['Unknown system error -123', false, 'gone', /no medium in it/],
  ['EBUSY', false, 'denied', /in use/],
  ['EIO', false, 'gone', /ddrescue/],
  ['ESPIPE', false, 'device', /by position/],
  ['EMFILE', false, null, /^$/],
];

describe('errors of the system', () => {
  test.each(table)('%s (memory: %s): %s', (code, isMemory, refusal, says) => {
    const cause = systemError(code);
    const error = refusalOf(cause, '/dev/x', isMemory);
    expect(error?.code ?? null).toBe(refusal);
    expect(error === null ? '' : `${error.what} ${error.hint}`).toMatch(says);
    if (error !== null) expect(error).toMatchObject({ name: 'MediumError', message: `/dev/x: ${error.what}`, cause });
  });

  test('what is no error of the system stays what it is', () => {
    for (const other of [new TypeError('no'), 'ENOENT', null, new MediumError('size', 'x', 'y', 'z')]) {
      expect(refusalOf(other, '/dev/x', false)).toBeNull();
    }
  });
});
