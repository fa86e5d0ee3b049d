// Generates the tables of the protocol's README from the schemas: `node
// packages/protocol/bin/reference.mjs`. `npm run format` runs this script, and a test compares the
// README with its output.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const readme = fileURLToPath(new URL('../README.md', import.meta.url));
const limits = fileURLToPath(new URL('../src/limits.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'parley-reference-'));
try {
  const outfile = join(folder, 'reference.mjs');
  const entryPoints = [fileURLToPath(new URL('../src/reference.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' });
  const { insertTables } = await import(pathToFileURL(outfile).href);
  writeFileSync(readme, insertTables(readFileSync(readme, 'utf8'), readFileSync(limits, 'utf8')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
