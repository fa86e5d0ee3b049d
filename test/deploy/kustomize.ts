import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/**
 * Builds a folder as `kustomize build` does. Supports only the features that deploy/kubernetes
 * uses, and throws for any other. Unlike kustomize, it does not add a hash to the names of
 * generated ConfigMaps.
 */
export function build(folder: string): Manifest[] {
  const file = join(folder, 'kustomization.yaml');
  const kustomization = parse(readFileSync(file, 'utf8')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((key) => !known.has(key));
  if (unknown.length > 0) throw new Error(`${file}: ${unknown} cannot be built here`);
  const resources = (kustomization.resources ?? []).flatMap((path) => read(join(folder, path)));
  for (const options of kustomization.configMapGenerator ?? []) generate('ConfigMap', folder, options, resources);
  for (const options of kustomization.secretGenerator ?? []) generate('Secret', folder, options, resources);
  resources.push(...(kustomization.components ?? []).flatMap((path) => build(join(folder, path))));
  let built = resources;
  for (const { path, patch } of kustomization.patches ?? []) {
    const text = path === undefined ? patch : readFileSync(join(folder, path), 'utf8');
    for (const part of documents(text ?? '')) built = apply(built, part);
  }
  for (const image of kustomization.images ?? []) walk(built, (value) => rename(value, image));
  const { namespace } = kustomization;
  if (namespace) for (const { kind, metadata } of built) if (kind !== 'Namespace') metadata.namespace = namespace;
  return built;
}

/**
 * Fields by which the items of lists are matched and merged. Lists without such a field are
 * replaced.
 */
export const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};

function read(path: string): Manifest[] {
  return statSync(path).isDirectory() ? build(path) : documents(readFileSync(path, 'utf8'));
}

/** Returns the objects in a YAML file. */
export function documents(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    // Copies each object, because YAML anchors make objects share parts, and a build changes them.
    return JSON.parse(JSON.stringify(document.toJS())) as Manifest;
  });
}

function generate(kind: 'ConfigMap' | 'Secret', folder: string, options: Generator, resources: Manifest[]): void {
  const { name, behavior = 'create', envs = [], files = [] } = options;
  const entries = [
    ...envs.flatMap((path) => readPairs(join(folder, path))),
    ...files.map((path) => [basename(path), readFileSync(join(folder, path), 'utf8')] as const),
  ];
  const data = Object.fromEntries(
    entries.map(([key, value]) => [key, kind === 'Secret' ? Buffer.from(value).toString('base64') : value]),
  );
  const found = resources.find((it) => it.kind === kind && it.metadata.name === name);
  if ((behavior === 'merge') !== (found !== undefined)) throw new Error(`${name} cannot be made with ${behavior}`);
  if (found) {
    found.data = { ...(found.data as object), ...data };
    return;
  }
  const labels = options.options?.labels;
  const metadata = { name, ...(labels && { labels }) };
  resources.push({ apiVersion: 'v1', kind, metadata, data, ...(kind === 'Secret' && { type: 'Opaque' }) });
}

function readPairs(path: string): (readonly [string, string])[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
}

function apply(resources: Manifest[], patch: Manifest): Manifest[] {
  const target = resources.find((it) => it.kind === patch.kind && it.metadata.name === patch.metadata.name);
  if (!target) throw new Error(`there is no ${patch.kind} ${patch.metadata.name} to be patched`);
  if (patch.$patch === 'delete') return resources.filter((it) => it !== target);
  merge(target, patch);
  return resources;
}

function merge(target: Fields, patch: Fields): void {
  for (const [key, value] of Object.entries(patch)) {
    const old = target[key];
    const by = mergeKeys[key];
    if (by && Array.isArray(old) && Array.isArray(value)) mergeItems(old as Fields[], value as Fields[], by);
    else if (isFields(old) && isFields(value)) merge(old, value);
    else target[key] = value;
  }
}

function mergeItems(target: Fields[], patch: Fields[], by: string): void {
  for (const item of patch) {
    const found = target.find((it) => it[by] === item[by]);
    if (found) merge(found, item);
    else target.push(item);
  }
}

function rename(fields: Fields, { name, newName = name, newTag }: Image): void {
  if (fields.image === name) fields.image = newTag === undefined ? newName : `${newName}:${newTag}`;
}

function walk(value: unknown, visit: (fields: Fields) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  if (!isFields(value)) return;
  visit(value);
  for (const item of Object.values(value)) walk(item, visit);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `kubernetes`: path of deploy/kubernetes. `overlays`: names of all overlays. */
export const kubernetes = new URL('../../deploy/kubernetes/', import.meta.url).pathname;
export const overlays = ['local', 'production'] as const;

/** Returns the objects of an overlay by its name. */
export function buildOverlay(name: (typeof overlays)[number]): Manifest[] {
  const folder = join(kubernetes, 'overlays', name);
  if (!existsSync(folder)) throw new Error(`${dirname(folder)} has no ${name}`);
  return build(folder);
}

const known = new Set([
  ...['apiVersion', 'kind', 'namespace', 'resources', 'components'],
  ...['configMapGenerator', 'secretGenerator', 'patches', 'images'],
]);

interface Kustomization {
  namespace?: string;
  resources?: string[];
  components?: string[];
  configMapGenerator?: Generator[];
  secretGenerator?: Generator[];
  patches?: { path?: string; patch?: string }[];
  images?: Image[];
}

interface Generator {
  name: string;
  behavior?: 'create' | 'merge';
  envs?: string[];
  files?: string[];
  options?: { labels?: Record<string, string>; disableNameSuffixHash?: boolean };
}

interface Image {
  name: string;
  newName?: string;
  newTag?: string;
}

export type Fields = Record<string, unknown>;

/** A Kubernetes object, as the YAML parser returns it. */
export interface Manifest extends Fields {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; [more: string]: unknown };
}
