// `npm run dev`: starts the whole system as `npm start` does, and rebuilds it when sources change.
// A service restarts with its new bundle, and Vite reloads the web client. With `--inspect`, each
// service opens a debugger port.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { buildWeb } from './build-web.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/**
 * Ms for which changes are collected before a build, because editors save a file in several steps.
 */
const BUILD_DELAY_MS = 200;
let timer;
let building = Promise.resolve();

process.setSourceMapsEnabled(true);
await build()
  .then(buildWeb)
  .catch(() => exit(1));
for (const folder of sourceFolders()) watch(folder, { recursive: true }, schedule);
const { start } = await import('../dist/start.js');
await start([...argv.slice(2), '--watch']);
const port = Number(/--port[= ](\d+)/.exec(argv.join(' '))?.[1] ?? 8080);
spawn('npm', ['--prefix', 'services/web', 'run', '--silent', 'dev', '--', '--clearScreen', 'false'], {
  cwd: root,
  env: { ...process.env, PARLEY_API: `http://127.0.0.1:${port}` },
  stdio: ['ignore', 'inherit', 'inherit'],
});

/** Returns the folders whose sources are part of the services. */
function sourceFolders() {
  const services = ['api', 'gateway', 'recorder'].map((name) => join(root, 'services', name, 'src'));
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'src'));
  return [...services, ...packages].filter(existsSync);
}

/** Schedules a build after a source file has changed. */
function schedule(_, name) {
  if (!name || !/(?<!\.test)\.(ts|lua)$/.test(name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    // A failed build prints its errors, and the services keep running with their last bundles.
    building = building.then(() => build().catch(() => {}));
  }, BUILD_DELAY_MS);
}
