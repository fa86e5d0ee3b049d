import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildOverlay, type Fields, kubernetes, type Manifest, mergeKeys, overlays } from './kustomize.ts';
import { check } from './schemas.ts';

const kustomize = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
].find(([program = '']) => {
  try {
    return execFileSync(program, ['version', ...(program === 'kubectl' ? ['--client'] : [])], { stdio: 'pipe' });
  } catch {
    return undefined;
  }
});

describe.each(overlays)('overlay %s', (overlay) => {
  const manifests = buildOverlay(overlay);

  it('the manifests of each overlay are valid by the Kubernetes schemas and have no unknown fields', () => {
    const wrong = manifests.flatMap((it) => check(it).map((problem) => `${it.kind} ${it.metadata.name}: ${problem}`));
    expect(wrong).toEqual([]);
    expect(manifests.length).toBeGreaterThan(20);
  });

  it.skipIf(!kustomize)('the builder of overlays in these tests has the same output as kustomize', () => {
    const [program = '', command = ''] = kustomize ?? [];
    const text = execFileSync(program, [command, join(kubernetes, 'overlays', overlay)], { encoding: 'utf8' });
    const theirs = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    expect(canonical(manifests)).toEqual(canonical(theirs));
  });

  it('no two objects of an overlay have the same kind and name', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('the check of schemas', () => {
  const deployment = buildOverlay('local').find(({ kind }) => kind === 'Deployment') as Manifest;

  it.each([
    ['a misspelt field', (spec: Fields) => Object.assign(spec, { replicaz: 3 }), 'replicaz'],
    [
      'a misspelt field deep within',
      (spec: Fields) => Object.assign(template(spec), { hostNetwrok: true }),
      'hostNetwrok',
    ],
    ['text for a number', (spec: Fields) => Object.assign(spec, { replicas: 'three' }), 'replicas'],
    ['a field that is missing', (spec: Fields) => delete spec.selector, 'selector'],
  ])('the check of manifests reports %s', (_, damage, found) => {
    const copy = structuredClone(deployment);
    damage(copy.spec as Fields);
    expect(check(copy).join()).toContain(found);
  });
});

function template(spec: Fields): Fields {
  return (spec.template as { spec: Fields }).spec;
}

/** Sorts objects, and removes hashes from names and empty fields, so that they can be compared. */
function canonical(manifests: Manifest[]): string[] {
  return manifests.map((manifest) => JSON.stringify(sorted(manifest))).sort();
}

function sorted(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    // Kustomize breaks long values of secrets into lines.
    if (/^[\w+/=\n]+$/.test(value)) return value.replaceAll('\n', '');
    return value.replace(/^([a-z-]+)-[a-z0-9]{10}$/, '$1');
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => sorted(item));
    const by = mergeKeys[key];
    if (by) items.sort((a, b) => (String((a as Fields)[by]) < String((b as Fields)[by]) ? -1 : 1));
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, sorted(item, name)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
