import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { KernelFile } from '@pstore-decode/formats';
import { parseKernelVersion } from '@pstore-decode/formats';
import { describe, expect, test } from 'vitest';
import { type Case, cases, damagedCases, hintsOf, numericColumns, salvageAll } from './ramoops-cases.js';

function expectKernelFiles(found: readonly KernelFile[], expected: Case): void {
  expect(found.map(({ name }) => name).sort()).toEqual(expected.files.map(({ name }) => name).sort());
  for (const file of expected.files) expectFile(found, file.name, expected);
}

function expectFile(found: readonly KernelFile[], name: string, expected: Case): void {
  const ours = found.find((file) => file.name === name) as KernelFile;
  const theirs = expected.content(name);
  if (name.startsWith('ftrace')) {
    const lines = numericColumns(theirs);
    expect(lines.length).toBeGreaterThan(0);
    expect(numericColumns(ours.content.bytes).slice(0, lines.length)).toEqual(lines);
    return;
  }
  expect(Buffer.from(ours.content.bytes).equals(theirs), `bytes of ${name}`).toBe(true);
  const mtime = expected.files.find((file) => file.name === name)?.mtime;
  expect(ours.mtime?.seconds).toBe(name.startsWith('dmesg') ? BigInt(mtime ?? 0) : undefined);
}

describe('what the kernel showed of its own medium', () => {
  const all = cases();
  test('the cases are there', () => expect(all.length).toBeGreaterThanOrEqual(13));

  test.for(all)('$name', async (found) => {
    expectKernelFiles((await salvageAll(found.medium)).files, found);
    expectKernelFiles((await salvageAll(found.medium, hintsOf(found.parameters))).files, found);
    const asKernel = parseKernelVersion(found.kernel);
    expectKernelFiles((await salvageAll(found.medium, { ...hintsOf(found.parameters), asKernel })).files, found);
  });
});

describe.for(['damaged-ecc16-7.2', 'damaged-noecc-7.2'])('%s as kernel 7.2', (corpus) => {
  const all = damagedCases(corpus);
  test('the cases are there', () => expect(all.length).toBe(160));

  test.for(all)('$name: $damage', async (found) => {
    const hints = { ...hintsOf(found.parameters), asKernel: parseKernelVersion('7.2') };
    const { files } = await salvageAll(found.medium, hints);
    expectKernelFiles(files, found);
  });
});

describe('zones of a 4.19 kernel on i.MX6', () => {
  const root = new URL('../test-vectors/ramoops/u-boot-fixtures/', import.meta.url);
  const expected = JSON.parse(readFileSync(new URL('expected.json', root), 'utf8'));
  const medium = new Uint8Array(expected.mem_size);
  for (const [name, at] of Object.entries<number>(expected.placement))
    medium.set(readFileSync(new URL(name, root)), at);

  test.for([{}, hintsOf(expected.parameters)])('with hints %o', async (hints) => {
    const { files } = await salvageAll(medium, hints);
    const found = files.map(({ name, content }) => ({
      name,
      size: content.bytes.length,
      md5: createHash('md5').update(content.bytes).digest('hex'),
    }));
    expect(found).toEqual(expected.files);
  });
});
