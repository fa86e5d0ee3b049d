// Runs the tests that depend on the version of Node.js with each supported version: `npm run
// test:nodes`, or `npm run test:nodes -- 24 26` for some versions. Installs each version from the
// npm package `node` and runs the tests in a copy of the repository, because packages have
// different binaries for each version. Prints one line per version at the end.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { argv, env, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const versions = argv.length > 2 ? argv.slice(2) : ['20.19', '22', '24', '26'];

/**
 * Tests that depend on the version of Node.js: both socket libraries, the lifecycle of processes
 * and their child processes, and the whole system with its native packages.
 */
const suites = [
  'packages/service/src/lifecycle.test.ts',
  'services/api/src/side-process',
  'services/api/src/accounts/password-strength.test.ts',
  'services/api/src/media/picture-reader.test.ts',
  'test/gateway/sockets',
  'test/gateway/upgrade.test.ts',
  'test/gateway/transports/transports.test.ts',
  'test/stack/stack.test.ts',
  'test/product/product.test.ts',
];

/**
 * On a busy machine a condition may need longer than its time limit, so a failed test runs twice.
 */
const options = ['run', '--config', 'test/vitest.config.ts', '--reporter=dot', '--retry=1'];

const folder = mkdtempSync(join(tmpdir(), 'parley-nodes-'));
const results = versions.map((version) => test(version, join(folder, version)));
rmSync(folder, { recursive: true, force: true });
for (const { line } of results) process.stdout.write(`${line}\n`);
if (!results.every(({ passed }) => passed)) exit(1);

/**
 * Runs the tests with one version of Node.js. Returns a line with the version, the result, the
 * duration and the socket library.
 */
function test(version, home) {
  const began = Date.now();
  mkdirSync(home);
  run('npm', ['install', '--prefix', join(home, 'node'), '--no-audit', '--no-fund', `node@${version}`], home, env);
  const path = [join(home, 'node/node_modules/node/bin'), env.PATH].join(delimiter);
  const copy = join(home, 'parley');
  copyTo(copy);
  const withNode = { ...env, PATH: path };
  const passed =
    run('node', ['packages/stack/bin/install.mjs'], copy, withNode) &&
    // Otherwise the first test of a worker would build the services within its own time limit.
    run('node', ['packages/stack/bin/build.mjs'], copy, withNode) &&
    run('node', ['packages/stack/bin/build-web.mjs'], copy, withNode) &&
    run('npx', ['vitest', ...options, ...suites], copy, withNode);
  const node = execFileSync('node', ['--version'], { env: withNode, encoding: 'utf8' }).trim();
  const seconds = Math.round((Date.now() - began) / 1000);
  return {
    passed,
    line: `Node.js ${node}: ${passed ? 'passed' : 'failed'} in ${seconds} s with ${socketsOf(copy, withNode)}`,
  };
}

/**
 * Returns the socket library that the gateway would choose: the first version of uWebSockets.js
 * that loads, otherwise `node`.
 */
function socketsOf(copy, environment) {
  const cwd = join(copy, 'services/gateway');
  const { optionalDependencies: libraries = {} } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'));
  const names = Object.keys(libraries);
  const options = { cwd, env: environment, stdio: 'ignore' };
  const loaded = names.find((name) => spawnSync('node', ['-e', `require('${name}')`], options).status === 0);
  return loaded === undefined ? 'node sockets' : `uWebSockets.js ${libraries[loaded].split('@').at(-1)}`;
}

/** Copies all files of the repository to a folder, except files that Git ignores. */
function copyTo(target) {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 };
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], options).split('\n');
  for (const file of files) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(root, file), join(target, file), { verbatimSymlinks: true });
  }
}

function run(command, args, cwd, environment) {
  return spawnSync(command, args, { cwd, env: environment, stdio: 'inherit' }).status === 0;
}
