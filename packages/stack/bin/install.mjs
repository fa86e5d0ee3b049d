// Installs the packages with the version of pnpm in package.json, unless they are up to date. This
// script is plain JavaScript without dependencies, because it runs before dependencies are
// installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const stamp = join(root, 'node_modules/.parley');

/**
 * Subfolders of the caches of npm and pnpm that another user may own, for example after `sudo npm`.
 */
const subfolders = {
  npm_config_cache: ['_cacache', '_cacache/tmp', '_cacache/content-v2', '_cacache/index-v5', '_npx'],
  XDG_CACHE_HOME: ['pnpm'],
  XDG_DATA_HOME: ['pnpm', 'pnpm/store'],
  XDG_STATE_HOME: ['pnpm'],
};

checkNode();
const packages = manifests();
if (!upToDate()) {
  checkWritable();
  rmSync(stamp, { force: true });
  await install();
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

/** Exits with an error if Node.js is too old. Runs before anything is downloaded. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Parley needs Node.js 20.19 or newer, and this is ${process.version}. Install Node.js 24 and try again.`);
}

/** Exits with an error if this user is not allowed to write to the repository's folder. */
function checkWritable() {
  if (isWritable(root)) return;
  fail(`Packages cannot be installed, because you may not write to ${root}. Clone Parley to a folder of your own.`);
}

/** Returns the content of every package.json in the repository, with its folder. */
function manifests() {
  const folders = ['packages', 'services'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  return ['', 'test', ...folders]
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, text: readFileSync(join(root, folder, 'package.json'), 'utf8') }));
}

/**
 * Returns whether the last install was complete and matches the current package.json files, and
 * whether all of its links still exist.
 */
function upToDate() {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint()) return false;
  return packages.every(({ folder, text }) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(text);
    const names = Object.keys({ ...dependencies, ...devDependencies });
    return names.every((name) => existsSync(join(root, folder, 'node_modules', name, 'package.json')));
  });
}

/** Returns a hash of everything that the result of an install depends on. */
function fingerprint() {
  const hash = createHash('sha256').update([process.platform, process.arch, process.versions.modules].join());
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, name)));
  for (const { folder, text } of packages) hash.update(folder).update(text);
  return hash.digest('hex');
}

async function install() {
  const pnpm = JSON.parse(packages[0].text).packageManager.split('+')[0];
  const began = Date.now();
  process.stderr.write(`Installing packages with ${pnpm}; the first time takes up to a minute\n`);
  // Deletes pnpm's state file, because pnpm would conclude from it that nothing has changed. But
  // another version of Node.js needs other binaries.
  rmSync(join(root, 'node_modules/.pnpm-workspace-state-v1.json'), { force: true });
  // Turns off the check that pnpm has the version in package.json, because npx has just selected
  // that version.
  const options = ['--frozen-lockfile', '--reporter=append-only', '--config.pm-on-fail=ignore'];
  const child = spawn('npx', ['--yes', pnpm, 'install', ...options], {
    cwd: root,
    // Sets CI, because without a terminal pnpm otherwise refuses to replace the packages of an
    // older install.
    env: { ...process.env, ...cacheFolders(), CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const report = progress();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      report(text);
    });
  }
  const [status] = await once(child, 'close').catch((error) => {
    fail(`npx cannot be run: ${error.message}. It is a part of npm, which comes with Node.js.`);
  });
  if (status !== 0) fail(`${output}Installing failed${reasonOf(output)}.`);
  process.stderr.write(`Installed in ${Math.round((Date.now() - began) / 1000)} s\n`);
}

/** Returns a function that prints the newest progress in pnpm's output, at most every 5 seconds. */
function progress() {
  let shown = Number.NEGATIVE_INFINITY;
  return (text) => {
    const line = text.match(/^Progress: .*\d/gm)?.at(-1);
    if (line === undefined || performance.now() - shown < 5000) return;
    shown = performance.now();
    process.stderr.write(`${line}\n`);
  };
}

/** Returns the cause of a failed installation and what to do, or an empty string if unknown. */
function reasonOf(output) {
  if (/ENOSPC|EDQUOT|no space left|SQLITE_FULL|disk is full/i.test(output))
    return ', because the disk is full. Free some space and try again';
  if (/EACCES|EPERM|EROFS/.test(output))
    return ', because a file above cannot be written. Change its owner and try again';
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT/.test(output))
    return ', because the registry of npm cannot be reached. Check the network or the proxy and try again';
  return '';
}

/**
 * Returns the variables that name the home folder and the caches of npm and pnpm. Caches that the
 * user may not write are replaced by folders in `.cache`.
 */
function cacheFolders() {
  const { env } = process;
  const home = env.HOME || homeOfAccount();
  const caches = {
    npm_config_cache: env.npm_config_cache || join(home, '.npm'),
    XDG_CACHE_HOME: env.XDG_CACHE_HOME || join(home, '.cache'),
    XDG_DATA_HOME: env.XDG_DATA_HOME || join(home, '.local/share'),
    XDG_STATE_HOME: env.XDG_STATE_HOME || join(home, '.local/state'),
  };
  const isUsable = ([name, folder]) => ['', ...subfolders[name]].every((each) => isWritable(join(folder, each)));
  const replaced = Object.entries(caches).filter((cache) => !isUsable(cache));
  return { HOME: home, ...Object.fromEntries(replaced.map(([name]) => [name, join(root, '.cache', name)])) };
}

function homeOfAccount() {
  try {
    return userInfo().homedir;
  } catch {
    // The user id belongs to no account, as in some containers.
    return join(root, '.cache');
  }
}

/** Returns whether the user may write to a folder, or create it if it does not exist. */
function isWritable(folder) {
  if (!existsSync(folder)) return isWritable(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
