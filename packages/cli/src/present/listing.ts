import { forMessage, hostile } from '@pstore-decode/formats/bytes';
import type { FoundRecord } from '../inputs.js';
import { hex } from './figures.js';
import { reasonOf } from './heading.js';
import { isoSeconds } from './time.js';

interface Column {
  readonly title: string;
  readonly right?: true;
  readonly cell: (found: FoundRecord) => string;
}

const columns: readonly Column[] = [
  { title: '#', right: true, cell: (found) => String(found.index) },
  { title: 'TIME (UTC)', cell: ({ record }) => (record.time && isoSeconds(record.time)) ?? 'unknown' },
  { title: 'TYPE', cell: ({ record }) => record.type },
  { title: 'REASON', cell: (found) => reasonOf(found) || '-' },
  { title: 'BACKEND', cell: ({ record }) => record.backend },
  { title: 'STATE', cell: ({ record }) => record.state },
  { title: 'BYTES', right: true, cell: ({ record }) => String(record.text.bytes.length) },
  { title: 'AT', right: true, cell: ({ record }) => hex(record.stored.start) },
  { title: 'FILE', cell: ({ record }) => record.file?.name ?? '-' },
];

/** A table with a line for each record, as wide as its cells need; ordinary values stay within 100 columns. */
export function listing(records: readonly FoundRecord[]): string {
  const rows = [
    columns.map((column) => column.title),
    ...records.map((found) => columns.map((column) => forMessage(hostile(column.cell(found))))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => aligned(cell, widths[i] ?? 0, columns[i]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function aligned(cell: string, width: number, column: Column | undefined): string {
  return column?.right ? cell.padStart(width) : cell.padEnd(width);
}
