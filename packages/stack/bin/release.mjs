// Makes a release from a clean clone of HEAD: `npm run release -- [--dry-run] [--out release]`.
//
// 1. Changesets set the versions and write the changelogs. The Helm chart gets the same version.
// 2. Every published package is packed into a tarball.
// 3. pnpm writes a CycloneDX SBOM for each service and package.
// 4. A bake file describes the images for amd64 and arm64.
// 5. The Helm chart is packed, as `helm package` does.
// 6. The release commit and its tags are fetched into this repository. A dry run skips this step.
//
// Nothing is published. The script prints the commands that publish.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const services = ['gateway', 'api', 'recorder', 'web'];
const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    out: { type: 'string', default: 'release' },
    registry: { type: 'string', default: 'parley' },
  },
});

const out = resolve(options.out);
const clone = mkdtempSync(join(tmpdir(), 'parley-release-'));
let pnpmPath;
try {
  release();
} finally {
  rmSync(clone, { recursive: true, force: true });
}

function release() {
  if (!options['dry-run'] && git(root, 'status', '--porcelain')) fail('Commit your changes first.');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  step('Cloning HEAD and installing its packages');
  git(root, 'clone', '--quiet', '--no-tags', root, clone);
  run('node', ['packages/stack/bin/install.mjs']);

  step('Setting versions and writing changelogs');
  run('node', ['node_modules/@changesets/cli/bin.js', 'version']);
  const packages = publishedPackages();
  const version = packages.find(({ name }) => name === '@parley/client').version;
  if (git(root, 'tag', '--list', `v${version}`))
    fail(`v${version} is released already. Add a changeset: npx changeset`);
  const chart = setChartVersion(version);
  const tags = [`v${version}`, ...packages.map((each) => `${each.name}@${each.version}`)];
  if (git(clone, 'status', '--porcelain'))
    git(clone, 'commit', '--quiet', '--all', '--message', `chore: release ${version}`);
  for (const { folder, name } of packages)
    copyFileSync(join(folder, 'CHANGELOG.md'), join(out, `CHANGELOG-${name.split('/')[1]}.md`));

  step('Packing');
  for (const { folder } of packages) pnpm(['pack', '--pack-destination', out], folder);
  step('Writing SBOMs');
  const names = [...services.map((name) => `@parley/${name}`), ...packages.map(({ name }) => name)];
  for (const name of names) {
    const file = join(out, `sbom-${name.split('/')[1]}.cdx.json`);
    pnpm(['--filter', name, 'sbom', '--sbom-format', 'cyclonedx', '--prod', '--out', file]);
  }
  step('Writing the bake file of the images');
  writeFileSync(join(out, 'docker-bake.json'), `${JSON.stringify(bakeFile(version), null, 2)}\n`);
  step('Packing the Helm chart');
  const archive = `helm-parley-${version}.tgz`;
  // Packs the files of the Kustomize base instead of the chart's links to them.
  const ignored = ['--exclude-from', join(chart, '.helmignore')];
  run(
    'tar',
    ['--create', '--gzip', '--dereference', ...ignored, '--file', join(out, archive), 'parley'],
    dirname(chart),
  );

  if (!options['dry-run']) {
    git(root, 'pull', '--quiet', '--ff-only', clone, 'HEAD');
    for (const tag of tags) git(root, 'tag', '--annotate', tag, '--message', tag);
  }
  print(
    `\n${options['dry-run'] ? 'Would release' : 'Released'} ${tags.join(', ')}\n\n${readdirSync(out).sort().join('\n')}\n`,
  );
  print('Publish it with:');
  print('  git push --follow-tags');
  for (const file of readdirSync(out).filter((file) => file.endsWith('.tgz') && file !== archive))
    print(`  npm publish ${join(options.out, file)} --provenance --access public`);
  print(`  docker buildx bake --file ${join(options.out, 'docker-bake.json')} --push`);
  print(`  helm push ${join(options.out, archive)} oci://REGISTRY`);
}

/**
 * Sets the version of the Helm chart and of the images that it names. Returns the folder of the
 * chart.
 */
function setChartVersion(version) {
  const chart = join(clone, 'deploy/helm/parley');
  const file = join(chart, 'Chart.yaml');
  const text = readFileSync(file, 'utf8').replace(/^(version|appVersion): .*$/gm, `$1: ${version}`);
  writeFileSync(file, text);
  return chart;
}

/** Returns the packages of the clone that are not private, with their versions. */
function publishedPackages() {
  return readdirSync(join(clone, 'packages'))
    .map((name) => join(clone, 'packages', name))
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter((manifest) => !manifest.private);
}

/**
 * Returns the bake file. It builds every image for amd64 and arm64, with provenance and an SBOM of
 * its system packages.
 */
function bakeFile(version) {
  const args = { VERSION: version, REVISION: git(clone, 'rev-parse', 'HEAD') };
  const target = (name) => ({
    context: '.',
    dockerfile: 'deploy/images/Dockerfile',
    target: name,
    args,
    platforms: ['linux/amd64', 'linux/arm64'],
    attest: ['type=provenance,mode=max', 'type=sbom'],
    tags: [version, 'latest'].map((tag) => `${options.registry}/${name}:${tag}`),
  });
  return {
    group: { default: { targets: services } },
    target: Object.fromEntries(services.map((name) => [name, target(name)])),
  };
}

function pnpm(args, cwd = clone) {
  pnpmPath ??= findPnpm();
  run(pnpmPath, ['--config.pm-on-fail=ignore', ...args], cwd);
}

/** Returns the path of the pnpm version in package.json. npx downloads it if it is not cached. */
function findPnpm() {
  const { packageManager } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
  return run('npx', ['--yes', '--package', packageManager.split('+')[0], '--call', 'command -v pnpm']).trim();
}

/** Returns the output of a command. Exits with an error if the command fails. */
function run(command, args, cwd = clone) {
  try {
    return execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    fail(`${command} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`);
  }
}

function git(cwd, ...args) {
  const author = ['-c', 'user.name=Parley release', '-c', 'user.email=release@parley.invalid'];
  const identity = cwd === clone ? author : [];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8' }).trim();
}

function step(text) {
  print(`${text} …`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

function fail(message) {
  throw new Error(message);
}
