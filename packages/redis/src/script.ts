import { createHash } from 'node:crypto';
import { Cluster } from 'ioredis';
import type { RedisClient } from './link.ts';

/** A Lua script, run by the hash of its content, so that two versions of it can run side by side during a rollout. */
export interface Script {
  readonly name: string;
  run(client: RedisClient, keys: string[], args: (string | number)[]): Promise<unknown>;
}

/** Joins Lua sources, shared parts first, to one script. `name` is for people. */
export function createScript(name: string, ...sources: string[]): Script {
  const lua = sources.join('\n');
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    name,
    run: (client, keys, args) =>
      client.evalsha(sha, keys.length, ...keys, ...args).catch(async (error: unknown) => {
        const reason = error instanceof Error ? error.message : '';
        // Ioredis follows a move by itself, but not when others of the same pipeline passed.
        if (reason.startsWith('MOVED') && client instanceof Cluster) await findMasters(client);
        else if (!reason.startsWith('NOSCRIPT')) throw error;
        return client.eval(lua, keys.length, ...keys, ...args);
      }),
  };
}

function findMasters(cluster: Cluster): Promise<void> {
  return new Promise((resolve) => cluster.refreshSlotsCache(() => resolve()));
}
