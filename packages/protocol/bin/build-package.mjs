// Builds a published package that has no dependencies, except those that the app installs with it.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeTypes } from './write-types.mjs';

/**
 * Builds JavaScript modules and their types into a folder, which it replaces.
 *
 * @param tools esbuild, and the compiler `ts`
 * @param root folder of the package
 * @param entries sources of the published modules, by the name of the module in `dist`
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
