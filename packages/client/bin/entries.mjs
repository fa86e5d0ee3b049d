// The modules of @parley/client and their source files. The published package.json refers only to
// dist/, so bundlers and tests in this repository need these aliases to resolve the package.
import { fileURLToPath } from 'node:url';

const source = (path) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** Source files of the published modules, by module name in dist/. */
export const entries = {
  index: source('index.ts'),
  'file-store': source('store/file-store.ts'),
  upload: source('upload/upload.ts'),
  views: source('views/index.ts'),
};

/** Source files by import specifier, the longest specifiers first. */
export const sourceAliases = {
  '@parley/client/file-store': entries['file-store'],
  '@parley/client/upload': entries.upload,
  '@parley/client/views': entries.views,
  '@parley/client': entries.index,
};
