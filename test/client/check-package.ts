import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { type Installed, packageFolder, run } from './installed.ts';

/**
 * Expects that a packed package contains the files that every package must have, and no source
 * files.
 */
export async function expectPublished(tarball: string): Promise<void> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = stdout
    .trim()
    .split('\n')
    .map((file) => file.replace('package/', ''));
  const expected = ['LICENSE', 'CHANGELOG.md', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
  expect(files).toEqual(expect.arrayContaining(expected));
  expect(files.filter((file) => !/^dist\/|^(LICENSE|\w+\.md|package\.json)$/.test(file))).toEqual([]);
  expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
}

/**
 * Returns the contents of an installed package: path -> text. Its package.json lacks the fields
 * that package managers change and users do not read.
 */
export async function contentsOf(installed: Installed, name: string): Promise<Record<string, unknown>> {
  const folder = join(installed.folder, 'node_modules', name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const { scripts, devDependencies, ...manifest } = await manifestOf(installed, name);
  const contents = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  const files = paths.map((path, index) => [relative(folder, path), contents[index]]);
  return { ...Object.fromEntries(files), 'package.json': manifest };
}

/** Returns the package.json of an installed package, such as `@parley/vue`. */
export async function manifestOf(installed: Installed, name: string): Promise<Record<string, object>> {
  return JSON.parse(await readFile(join(installed.folder, 'node_modules', name, 'package.json'), 'utf8'));
}

/** TypeScript compilers with which the tests compile apps that use the packages. */
export const compilers = ['5.9', 'native'] as const;

/**
 * Compiles an app that uses an installed package, in strict mode. Returns the errors that the
 * compiler prints.
 *
 * @param options compiler options in addition to those for es2022 without DOM
 */
export async function typeErrors(
  installed: Installed,
  compiler: (typeof compilers)[number],
  app: string,
  options: object,
): Promise<string> {
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: [], ...options };
  await installed.write('app.ts', app);
  await installed.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['app.ts'] }));
  const root = compiler === 'native' ? join(packageFolder, '../..') : packageFolder;
  const tsc = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
  const checking = run(process.execPath, [join(tsc, '../bin/tsc'), '-p', '.'], { cwd: installed.folder });
  return (await checking.catch((error: { stdout: string }) => error)).stdout;
}

/** Compiler options for each way in which TypeScript finds the types of a package. */
export const resolutions = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
