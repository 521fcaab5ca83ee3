import { mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backends } from '@pstore-decode/formats';
import { type ScanRow, scan } from '@pstore-decode/media';
import { openFile } from '@pstore-decode/media/node';
import { describe, expect, test } from 'vitest';
import { parseFilefrag } from '../../src/file-extents.js';

const size = 2 ** 33;
const listing = (rows: string, count: number) => `Filesystem type is: ef53
File size of /proc/1/fd/20 is 8589934592 (2097152 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
${rows}/proc/1/fd/20: ${count} extent${count === 1 ? '' : 's'} found
`;

describe('a listing', () => {
  const rows = `   0:   768000..  772095:    9220096..   9224191:   4096:     768000:
   1:   772096..  780287:    9232384..   9240575:   8192:    9224192: unwritten
   2:  2097000.. 2097199:          0..       199:    200:    9240576: last,unknown_loc,delalloc,eof
`;
  const cases: [what: string, text: string, ranges: unknown][] = [
    [
      'with extents, some behind the end',
      listing(rows, 3),
      [
        { start: 768000 * 4096 - 4096, end: 780288 * 4096 },
        { start: 2097000 * 4096 - 4096, end: size },
      ],
    ],
    ['of a file that is one hole', listing('', 0), []],
    ['in which a row is missing', listing(rows, 4), null],
    ['in other words', rows.replaceAll('..', '-'), null],
    ['of nothing', '', null],
  ];
  test.each(cases)('%s', (_, text, ranges) => {
    expect(parseFilefrag(text, size)).toEqual(ranges);
  });
});

test('what stands between holes is found, whoever says where they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sparse-'));
  const path = join(folder, 'medium');
  const zone = Uint8Array.of(0x44, 0x42, 0x47, 0x43, 1, 0, 0, 0, 2, 0, 0, 0);
  const places = [3, 70 << 20, (100 << 20) - 2, (160 << 20) - zone.length];
  writeFileSync(path, '');
  truncateSync(path, 160 << 20);
  const file = openSync(path, 'r+');
  for (const at of places) writeSync(file, zone, 0, zone.length, at);
  const source = await openFile(path);
  const rows: ScanRow[] = [];
  for await (const row of scan(source, () => undefined, { backends: backends.slice(0, 1) })) rows.push(row);
  await source.close();
  rmSync(folder, { recursive: true });
  expect(rows.map(({ offset }) => offset)).toEqual(places);
});
