// Builds the published package into dist/ or another folder: `node bin/build.mjs [folder]`. Writes
// JavaScript modules, and TypeScript types that need no other package.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeTypes } from '@parley/protocol/write-types';
import { build as bundle, stop } from 'esbuild';
import { minify } from 'terser';
import ts from 'typescript';
import { entries } from './entries.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Builds the package into a folder and deletes the previous content of the folder.
 *
 * @throws Error if a source file is invalid
 */
export async function build(dist = join(root, 'dist')) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const [name, entry] of Object.entries(entries)) {
    const { code, map } = await script(entry);
    writeFileSync(join(dist, `${name}.js`), `${code}\n//# sourceMappingURL=${name}.js.map\n`);
    writeFileSync(join(dist, `${name}.js.map`), map);
  }
  writeTypes(ts, { root, entries, dist });
}

/**
 * esbuild plugin that lets a module import the source files of the other published modules instead
 * of bundling them, so that their code exists only once.
 */
const sharedModules = (entry) => ({
  name: 'shared-modules',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      const name = file === errorFile ? 'index' : Object.keys(entries).find((each) => entries[each] === file);
      return name && entries[name] !== entry ? { path: `./${name}.js`, external: true } : undefined;
    }),
});

/** Source file of `ParleyError`, which the main module exports. */
const errorFile = join(root, 'src/error.ts');

/**
 * Bundles a module. Returns the bundle's code, its source map and the names of the bundled files.
 */
export async function script(entry) {
  const { outputFiles, metafile } = await bundle({
    entryPoints: [entry],
    outfile: 'out.js',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    sourcemap: 'external',
    write: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: entry === entries.index ? [] : [sharedModules(entry)],
  });
  await stop();
  const [map, code] = outputFiles.map(({ text }) => text);
  // Minifies the code with terser after esbuild, because both together save 300 bytes (gzipped).
  const small = await minify(code, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, inline: 1, unsafe_arrows: true },
    sourceMap: { content: map },
  });
  return { code: small.code, map: small.map, inputs: Object.keys(metafile.inputs) };
}

if (argv[1] === fileURLToPath(import.meta.url)) await build(argv[2]);
