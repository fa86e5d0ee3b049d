import * as secrets from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import * as gateway from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { Manifest } from './kustomize.ts';

/**
 * API versions of the objects in deploy/kubernetes and deploy/helm -> the kinds of that version.
 */
const groups: Record<string, object> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'monitoring.coreos.com/v1': monitoring,
  'gateway.networking.k8s.io/v1': gateway,
  'external-secrets.io/v1': secrets,
  'keda.sh/v1alpha1': keda,
};

/**
 * Validates a manifest by the schema of its kind. Returns what is invalid, including fields that
 * the schema lacks, because a cluster would ignore or reject them.
 */
export function check(manifest: Manifest): string[] {
  const Kind = (groups[manifest.apiVersion] as Record<string, KindOf> | undefined)?.[manifest.kind];
  if (!Kind) return [`there is no ${manifest.kind} in ${manifest.apiVersion}`];
  const read = new Set<string>();
  try {
    (watch(new Kind(manifest), '', read) as Checkable).validate();
  } catch (error) {
    return [(error as Error).message];
  }
  // The validator reads every field that the schema has. Therefore a field that it did not read is
  // unknown.
  return fields(manifest).filter((path) => !read.has(path) && !isFree(path));
}

/** Returns a proxy of a value that remembers the paths of the fields that are read. */
function watch<T>(value: T, path: string, read: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      if (typeof key === 'symbol') return Reflect.get(target, key, receiver);
      const below = Array.isArray(target) ? `${path}[]` : `${path}.${key}`;
      read.add(below);
      return watch(Reflect.get(target, key, receiver), below, read);
    },
  });
}

/** Returns the paths of all fields in a value. `[]` stands for every item of a list. */
function fields(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => fields(item, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [`${path}.${key}`, ...fields(item, `${path}.${key}`)]);
}

/** Returns whether a path is inside a map with arbitrary keys, such as labels. */
function isFree(path: string): boolean {
  return /\.(labels|annotations|matchLabels|data|requests|limits)\.[^[]*$/.test(path);
}

interface Checkable {
  validate(): void;
}

type KindOf = new (manifest: Manifest) => Checkable;
