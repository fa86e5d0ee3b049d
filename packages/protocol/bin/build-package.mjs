// Builds the published packages, which have no dependencies except those that the app itself
// installs.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeTypes } from './write-types.mjs';

/**
 * Builds JavaScript modules and their type declarations into a folder. Deletes the folder's
 * previous content.
 *
 * @param tools esbuild, and the TypeScript compiler `ts`
 * @param root folder of the package
 * @param entries maps the name of each module in `dist` to its source file
 * @param options options of esbuild, such as the platform and external packages
 * @throws Error if a source is invalid
 */
export async function buildPackage({ esbuild, ts }, { root, entries, dist = join(root, 'dist'), options }) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  await esbuild.build({
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    format: 'esm',
    sourcemap: true,
    logLevel: 'warning',
    ...options,
  });
  await esbuild.stop();
  writeTypes(ts, { root, entries, dist });
}
