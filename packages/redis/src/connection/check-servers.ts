import type { Redis } from 'ioredis';
import type { RedisConnection } from './redis-connection.ts';

/**
 * How much data a crash of Redis' machine can lose: nothing, the last second, or everything that
 * Redis had not written to disk yet.
 */
export type Durability = 'always' | 'everysec' | 'none';

/**
 * The oldest Redis version that has shard channels and the functions that Parley's scripts call.
 */
const MIN_VERSION = 7;

/**
 * Checks that every Redis server is configured so that it keeps acknowledged writes. Rejects with a
 * list of all problems. Each problem names the Redis setting and its required value.
 */
export async function checkServers(redis: RedisConnection, durability: Durability): Promise<void> {
  const problems = (await inspectServers(redis)).flatMap((server) => problemsOf(server, durability));
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
}

/** Returns the version and the settings of every Redis master. */
export async function inspectServers(redis: RedisConnection): Promise<RedisServerState[]> {
  const servers = 'nodes' in redis.client ? redis.client.nodes('master') : [redis.client];
  return await Promise.all(
    servers.map(async (server) => {
      const info = await server.info();
      return {
        address: `${server.options.host}:${server.options.port}`,
        version: /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown',
        maxMemory: Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0),
        settings: await readSettings(server, info),
      };
    }),
  );
}

/** The properties of a Redis master that Parley depends on. */
export interface RedisServerState {
  /** `host:port` */
  address: string;
  version: string;
  /** Bytes. 0: no limit. */
  maxMemory: number;
  /**
   * Values of `maxmemory-policy`, `appendonly` and `appendfsync`. Undefined for a setting that
   * Redis does not reveal.
   */
  settings: Record<string, string | undefined>;
}

/**
 * Returns the configuration problems of one server. Each problem names the Redis setting and its
 * required value.
 */
export function problemsOf({ address, version, settings }: RedisServerState, durability: Durability): string[] {
  const name = `Redis at ${address}`;
  if (!(Number.parseInt(version, 10) >= MIN_VERSION))
    return [`${name} is version ${version}. Parley needs ${MIN_VERSION}.0 or newer`];
  const wrong = (setting: string, need: string, why: string) => {
    const found = settings[setting] ?? 'unknown';
    return found === need ? [] : [`${name} has ${setting} ${found}. Set it to ${need}: ${why}`];
  };
  const problems = wrong('maxmemory-policy', 'noeviction', 'otherwise Redis deletes messages when its memory is full');
  if (durability === 'none') return problems;
  const accept = ', or set REDIS_DURABILITY';
  problems.push(...wrong('appendonly', 'yes', `otherwise a restart of Redis loses every message${accept}=none`));
  if (durability === 'everysec' && settings.appendfsync !== 'no') return problems;
  const lost = settings.appendfsync === 'everysec' ? 'the last second' : 'the last messages';
  problems.push(...wrong('appendfsync', 'always', `otherwise a crash of its machine loses ${lost}${accept}=everysec`));
  return problems;
}

/**
 * Reads the settings with `CONFIG GET`. If the provider of Redis forbids `CONFIG`, reads settings
 * from `INFO`, which shows some of them.
 */
async function readSettings(server: Redis, info: string): Promise<Record<string, string | undefined>> {
  const shown = (field: string) => new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1];
  const settings: Record<string, string | undefined> = {
    'maxmemory-policy': shown('maxmemory_policy'),
    appendonly: shown('aof_enabled') === '1' ? 'yes' : 'no',
  };
  for (const setting of ['maxmemory-policy', 'appendonly', 'appendfsync']) {
    const reply = (await server.config('GET', setting).catch(() => [])) as string[];
    if (reply[1] !== undefined) settings[setting] = reply[1];
  }
  return settings;
}
