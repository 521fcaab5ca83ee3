/** `node scan-hits.mjs FILE [THREADS]`: the search alone, from the built packages, with the start of Node. */
import { backends } from '../packages/formats/dist/index.js';
import { openFile } from '../packages/media/dist/file.js';
import { locate } from '../packages/media/dist/locate.js';

const [path, threads] = process.argv.slice(2);
const source = await openFile(path);
const options = threads === undefined ? {} : { threads: Number(threads) };
const located = await locate(source, backends, (finding) => process.stderr.write(`${finding.code}\n`), options);
await source.close();
process.stdout.write(`${JSON.stringify(located.map(({ backend, hits }) => [backend.name, hits]))}\n`);
