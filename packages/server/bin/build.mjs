// Builds the published package into dist/ or another folder: `node bin/build.mjs [folder]`. Writes
// a JavaScript module, and types that depend on no other package.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeTypes } from '@parley/protocol/write-types';
import { build, stop } from 'esbuild';
import ts from 'typescript';
import { entries } from './entries.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = argv[2] ?? join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  entryPoints: entries,
  outdir: dist,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
await stop();
writeTypes(ts, { root, entries, dist });
