// The module of @parley/vue and its source. The published package.json refers only to dist/, so
// bundlers and tests of this repository resolve the package by this alias.
import { fileURLToPath } from 'node:url';

/** Sources of the published modules, by the name of the module in dist/. */
export const entries = { index: fileURLToPath(new URL('../src/index.ts', import.meta.url)) };

/** The source file of each import specifier. */
export const sourceAliases = { '@parley/vue': entries.index };
