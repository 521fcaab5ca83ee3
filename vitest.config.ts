import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests read the sources, not the build: a stale build can hide nothing. */
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^@pstore-decode\/formats\/binary-parser$/,
        replacement: source('packages/formats/src/binary-parser.ts'),
      },
      { find: /^@pstore-decode\/formats\/(.+)$/, replacement: source('packages/formats/src/$1/index.ts') },
      { find: /^@pstore-decode\/formats$/, replacement: source('packages/formats/src/index.ts') },
      { find: /^@pstore-decode\/media\/node$/, replacement: source('packages/media/src/node.ts') },
      { find: /^@pstore-decode\/media$/, replacement: source('packages/media/src/index.ts') },
    ],
  },
  test: {
    setupFiles: ['test/seed.ts'],
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    // The sources keep no state, so files can share them: importing them anew for each took as long as half of the tests.
    isolate: false,
    // All processors: by default one is left alone, which is half of two.
    maxWorkers: '100%',
  },
});
