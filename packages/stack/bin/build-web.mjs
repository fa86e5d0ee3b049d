// Builds the web client: `node packages/stack/bin/build-web.mjs`.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const web = join(root, 'services/web');

/**
 * Builds the web client into `services/web/dist`. Does nothing if neither the sources nor the
 * installed packages have changed. Replaces the folder only when the build is complete. If the
 * build fails, prints the compile errors and rejects.
 *
 * @param report called with a line of text before the build
 */
export async function buildWeb(report = () => {}) {
  const dist = join(web, 'dist');
  const stamp = join(root, 'packages/stack/dist/web-sources');
  const sources = fingerprint();
  if (existsSync(join(dist, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  report('Building the web client, which takes up to a minute on a busy machine');
  const fresh = join(web, `dist-${process.pid}`);
  try {
    await bundle(fresh);
    replace(dist, fresh);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, sources);
  } catch (error) {
    process.stderr.write(`The web client cannot be built: ${error.stderr || error.message}\n`);
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * Bundles the web client in a separate process, because tests set NODE_ENV, which would select a
 * development build.
 */
async function bundle(outDir) {
  const vite = join(dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json')), 'bin/vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  const args = [vite, 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', outDir];
  await promisify(execFile)(process.execPath, args, { cwd: web, env });
}

function replace(dist, fresh) {
  try {
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } catch (error) {
    // Ignores the error if another process has already published the same build.
    if (!existsSync(join(dist, 'index.html'))) throw error;
  }
}

/**
 * Returns a hash of the modification times and sizes of the web client's sources and of the list of
 * installed packages.
 */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {};
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isFile()) add(path);
      else if (entry.isDirectory()) walk(path);
    }
  };
  for (const folder of ['services/web/src', 'services/web/public', 'packages/client/src', 'packages/protocol/src'])
    walk(join(root, folder));
  for (const file of ['index.html', 'vite.config.ts', 'package.json']) add(join(web, file));
  add(join(root, 'packages/stack/bin/build-web.mjs'));
  add(join(root, 'node_modules/.modules.yaml'));
  return hash.digest('hex');
}

if (argv[1] === fileURLToPath(import.meta.url)) await buildWeb().catch(() => exit(1));
