import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@parley/stack';
import { parseAllDocuments } from 'yaml';

/**
 * Returns the memory limit in bytes of each kind of process, as set in the Kubernetes manifests.
 * The limits of Redis and PostgreSQL are those of the local overlay.
 */
export function memoryLimits(): Record<'api' | 'gateways' | 'recorder' | 'redis' | 'postgres', number> {
  return {
    api: limitOf('base/api.yaml', 'api'),
    gateways: limitOf('base/gateway.yaml', 'gateway'),
    recorder: limitOf('base/recorder.yaml', 'recorder'),
    redis: limitOf('overlays/local/redis-cluster.yaml', 'redis'),
    postgres: limitOf('overlays/local/postgres.yaml', 'postgres'),
  };
}

function limitOf(file: string, name: string): number {
  const text = readFileSync(join(root, 'deploy/kubernetes', file), 'utf8');
  for (const document of parseAllDocuments(text, { merge: true })) {
    const { spec } = (document.toJS() ?? {}) as Workload;
    const container = spec?.template?.spec?.containers?.find((each) => each.name === name);
    const limit = container?.resources?.limits?.memory;
    if (limit !== undefined) return bytes(limit);
  }
  throw new Error(`${file} has no memory limit of a container ${name}`);
}

function bytes(text: string): number {
  const [, number, unit = ''] = /^(\d+)(Mi|Gi)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`Unknown amount of memory: ${text}`);
  return Number(number) * 1024 ** (unit === 'Gi' ? 3 : 2);
}

interface Workload {
  spec?: {
    template?: { spec?: { containers?: { name: string; resources?: { limits?: { memory?: string } } }[] } };
  };
}
