// Builds the published package into dist/ or another folder: `node bin/build.mjs [folder]`. Writes
// a JavaScript module, and TypeScript types that need no other package.
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '@parley/protocol/build-package';
import * as esbuild from 'esbuild';
import ts from 'typescript';
import { entries } from './entries.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const options = { platform: 'node', target: 'node20.19' };

await buildPackage({ esbuild, ts }, { root, entries, dist: argv[2], options });
