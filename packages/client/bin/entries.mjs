// The modules of @parley/client and their sources. The published package.json refers only to dist/,
// so bundlers and tests of this repository resolve the package by these aliases.
import { fileURLToPath } from 'node:url';

const source = (path) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** Sources of the published modules, by the name of the module in dist/. */
export const entries = {
  index: source('index.ts'),
  'file-store': source('store/file-store.ts'),
  upload: source('upload/upload.ts'),
  views: source('views/index.ts'),
};

/** Sources by import specifier, the longest specifiers first. */
export const sourceAliases = {
  '@parley/client/file-store': entries['file-store'],
  '@parley/client/upload': entries.upload,
  '@parley/client/views': entries.views,
  '@parley/client': entries.index,
};
