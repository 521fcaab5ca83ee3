/**
 * Compiles the kernel of the search and writes it as a constant, after a change to it. The bytes are checked in, so that
 * building the packages takes no AssemblyScript; a test compiles again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = new URL('../packages/media/src/scan/', import.meta.url);
const flags = '--runtime stub --noAssert --importMemory --enable simd -O3 --converge'.split(' ');

/** The WebAssembly module of kernel.as. */
export async function compileKernel() {
  const source = readFileSync(new URL('kernel.as', folder), 'utf8');
  let binary = null;
  const { error, stderr } = await asc.main(['kernel.ts', '--outFile', 'kernel.wasm', ...flags], {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
    writeFile(name, contents) {
      if (name === 'kernel.wasm') binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === null) throw new Error(`the kernel does not compile\n${stderr}`);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = Buffer.from(await compileKernel())
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line, i, all) => `  '${line}'${i < all.length - 1 ? ' +' : ';'}`);
  const text = [
    '/** kernel.as, compiled and in base64. Made by scripts/build-scan-kernel.mjs. */',
    'export const kernelBase64 =',
    ...lines,
    '',
  ].join('\n');
  writeFileSync(new URL('kernel-bytes.ts', folder), text);
}
