import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Allowed imports between packages. All others are forbidden. */
const table: Record<string, string[]> = {
  'packages/protocol': [],
  'packages/service': ['protocol'],
  'packages/redis': ['protocol'],
  'packages/database': ['protocol'],
  'packages/client': ['protocol'],
  'packages/server': ['protocol'],
  'packages/vue': ['protocol', 'client'],
  'packages/react': ['protocol', 'client'],
  'services/gateway': ['protocol', 'redis', 'service'],
  'services/recorder': ['protocol', 'redis', 'database', 'service'],
  'services/api': ['protocol', 'redis', 'database', 'service'],
  'services/web': ['protocol', 'client', 'vue'],
};

const files = execFileSync('git', ['ls-files', 'packages', 'services', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|vue|mts|mjs)$/.test(file))
  .filter((file) => existsSync(`${root}/${file}`))
  // Tests, and modules that only tests use, may start servers.
  .filter((file) => !/\.test\.ts$|\/test(ing)?\/|\.fixture\.ts$/.test(file));

const sources = files.flatMap((file) => {
  const [, folder, rest] = /^((?:packages|services)\/[^/]+)\/(.*)$/.exec(file) ?? [];
  return folder && rest && folder !== 'packages/stack' ? [{ file, folder, rest, text: read(file) }] : [];
});

describe('imports between packages', () => {
  it.each(Object.keys(table))('%s imports only packages that the table allows', (folder) => {
    const imported = sources
      .filter((source) => source.folder === folder)
      .flatMap(({ rest, text }) => {
        const names = importsOf(text).flatMap((name) => /^@parley\/([\w-]+)/.exec(name)?.[1] ?? []);
        // Examples import their package by its name, as other projects do.
        return rest.startsWith('examples/') ? names.filter((name) => !folder.endsWith(`/${name}`)) : names;
      });
    expect([...new Set(imported)].sort().filter((name) => !table[folder]?.includes(name))).toEqual([]);
  });

  it('the table of allowed imports lists every package', () => {
    expect([...new Set(sources.map(({ folder }) => folder))].filter((folder) => !(folder in table))).toEqual([]);
  });

  it('no file imports from another package by a relative path', () => {
    const reaching = sources.filter(({ rest, text }) => {
      const depth = rest.split('/').length - 1;
      // Vite must find the client's sources before any package name can be resolved.
      if (rest === 'vite.config.ts') return false;
      return importsOf(text).some((name) => name.startsWith('../'.repeat(depth + 1)));
    });
    expect(reaching.map(({ file }) => file)).toEqual([]);
  });
});

describe('inside the services', () => {
  it('only the adapter of a socket library imports that library', () => {
    const imports = (name: string) => (text: string) => importsOf(text).includes(name);
    expect(outside(/services\/gateway\/src\/socket\/uws\//, imports('uWebSockets.js'))).toEqual([]);
    expect(
      outside(/services\/gateway\/src\/socket\/node\/|\/examples\/|packages\/(stack|client)\//, imports('ws')),
    ).toEqual([]);
  });

  it('only config files read process.env', () => {
    const allowed =
      /\/config\.ts$|\/main\.ts$|packages\/service\/|packages\/stack\/|gateway\/src\/socket\/uws\/load\.ts$|api\/src\/side-process\/side-process\.ts$|\/bin\/|examples\//;
    expect(outside(allowed, (text) => text.includes('process.env'))).toEqual([]);
  });

  it('only the queries of the api, the recorder and the database package contain SQL', () => {
    const allowed = /services\/api\/src\/(queries\/|.*-queries\.ts$)|services\/recorder\/|packages\/database\//;
    const speaks = (text: string) => /\bsql`|\bsql<|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(text);
    expect(outside(allowed, speaks)).toEqual([]);
  });
});

function outside(allowed: RegExp, matches: (text: string) => boolean): string[] {
  return sources.filter(({ file, text }) => !allowed.test(file) && matches(text)).map(({ file }) => file);
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
}

function read(file: string): string {
  return readFileSync(`${root}/${file}`, 'utf8');
}
