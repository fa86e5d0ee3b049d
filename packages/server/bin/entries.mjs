// The module of @parley/server and its source file. The published package.json refers only to
// dist/, so tests in this repository need this alias to resolve the package.
import { fileURLToPath } from 'node:url';

/** Source files of the published modules, by module name in dist/. */
export const entries = { index: fileURLToPath(new URL('../src/index.ts', import.meta.url)) };

/** Source files by import specifier. */
export const sourceAliases = { '@parley/server': entries.index };
