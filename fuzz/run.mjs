// Bundles the harness with the sources (Node 20 runs no TypeScript) and runs it: npm run fuzz -- --help
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const outfile = at('../.fuzz/main.mjs');

await build({
  entryPoints: [at('main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'inline',
  logLevel: 'warning',
  alias: {
    '@pstore-decode/formats': at('../packages/formats/src'),
    '@pstore-decode/media': at('../packages/media/src'),
  },
  // Packages in CommonJS call it.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
});
const { main } = await import(outfile);
process.exitCode = await main(process.argv.slice(2));
