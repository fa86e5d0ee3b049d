import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../services/api/src/cli/commands.ts';
import { ownSecrets, readers, variablesOf } from '../deploy/services.ts';
import { anchorsOf, codeOf, filesOf, linksOf, pages, readText, root, settingsOf } from './markdown.ts';

const services = Object.keys(readers) as (keyof typeof readers)[];

/** Settings of gateways that the api's table of limits lists too. */
const otherService = { api: ['SEND_RATE', 'SEND_BURST', 'FRAME_RATE', 'FRAME_BURST', 'MAX_CONNECTIONS_PER_USER'] };

/** Returns whether a path relative to the root exists. */
const isFile = (path: string) => existsSync(join(root, path));

describe.each(services)('the settings of the %s in its README', (service) => {
  const settings = settingsOf(`services/${service}/README.md`);
  const known = variablesOf(service);

  it('the README of each service has a row for every variable that the service reads, and no other rows', () => {
    const listed = new Set(settings.map(({ variable }) => variable));
    expect([...known].filter((variable) => variable !== 'NODE_ENV' && !listed.has(variable))).toEqual([]);
    const others = service === 'api' ? otherService.api : [];
    expect([...listed].filter((variable) => !known.has(variable) && !others.includes(variable))).toEqual([]);
  });

  it('the README of each service states the default of every variable', () => {
    const read = (env: Record<string, string>) => JSON.stringify(readers[service]({ ...ownSecrets, ...env }));
    const wrong = settings.filter(
      ({ variable, stated }) =>
        stated !== undefined &&
        known.has(variable) &&
        !(variable in ownSecrets) &&
        read({ [variable]: stated }) !== read({}),
    );
    expect(wrong).toEqual([]);
  });
});

describe.each(pages)('%s', (page) => {
  it('Markdown links only to files and headings that exist', () => {
    const broken = linksOf(page).filter(
      ({ file, anchor }) =>
        !isFile(file) || (anchor !== '' && file.endsWith('.md') && !anchorsOf(file).includes(anchor)),
    );
    expect(broken.map(({ target }) => target)).toEqual([]);
  });

  it('Markdown mentions only npm scripts that exist', () => {
    const scripts = ['package.json', 'services/web/package.json'].flatMap((file) =>
      Object.keys(JSON.parse(readText(file)).scripts),
    );
    const named = [...readText(page).matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('Markdown mentions only files that exist in the repository', () => {
    const named = codeOf(page).filter((code) => !/\bdist\b/.test(code));
    const missing = [
      ...named.filter((path) => /^(packages|services|test|deploy|\.ci)\/[\w./-]+$/.test(path) && !isFile(path)),
      ...named.filter((path) => /^(src|bin)\/[\w./-]+$/.test(path) && !isFile(join(dirname(page), path))),
    ];
    expect(missing).toEqual([]);
  });
});

it('the index of the guides links to every guide', () => {
  const linked = linksOf('deploy/README.md').map(({ file }) => file);
  expect(filesOf(/^deploy\/guides\/.*\.md$/).filter((file) => !linked.includes(file))).toEqual([]);
});

it('the guide about the command line mentions every command', () => {
  const guide = readText('deploy/guides/operate.md');
  expect(Object.keys(commands).filter((name) => !guide.includes(`parley ${name}`))).toEqual([]);
});

describe('names in Markdown', () => {
  const sources = filesOf(/\.(ts|vue|lua|mjs|sh|ya?ml|conf|cfg|env)$|Dockerfile$|^\.ci\/run$/)
    .filter((file) => !file.startsWith('test/prose/'))
    .map(readText)
    .join('\n');

  it.each([
    ['settings', /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/],
    ['metrics', /^parley_[a-z0-9_]+$/],
  ])('all %s that Markdown mentions occur in the sources', (_, pattern) => {
    const names = pages.flatMap(codeOf).filter((code) => pattern.test(code));
    expect([...new Set(names)].filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
  });
});
