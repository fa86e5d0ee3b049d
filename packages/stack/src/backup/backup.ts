import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from '../wait-for.ts';
import { writeBaseBackup } from './base-backup.ts';
import { readRunning } from './running.ts';

/**
 * Copies all data of a running `npm start` into a new folder: Redis, then PostgreSQL, so that a
 * message is in at least one of both, then media and secrets. Stores the time of the backup in
 * Redis. Returns the names of what was copied.
 */
export async function backup(dataDir: string, folder: string): Promise<string[]> {
  const { redis, postgres } = readRunning(dataDir);
  const began = Math.floor(Date.now() / 1000);
  await mkdir(folder, { mode: 0o700 });
  const copied: string[] = [];
  if (redis) {
    await copyRedis(redis, join(dataDir, 'redis/appendonlydir'), join(folder, 'redis'));
    copied.push('redis');
  }
  if (postgres) {
    await writeBaseBackup(postgres, join(folder, 'postgres.tar'));
    copied.push('postgresql');
  }
  for (const name of ['media', 'secrets.json', 'demo']) {
    if (existsSync(join(dataDir, name))) await cp(join(dataDir, name), join(folder, name), { recursive: true });
  }
  copied.push('media', 'secrets');
  if (redis) {
    const times = Object.fromEntries(copied.filter((name) => name !== 'secrets').map((name) => [name, began]));
    await withRedis(redis, (client) => client.hset('backups', times));
  }
  return copied;
}

/**
 * Copies the append-only files of a running Redis. During the copy Redis does not rewrite
 * them, because a rewrite replaces them.
 */
async function copyRedis(url: string, from: string, to: string): Promise<void> {
  await withRedis(url, async (client) => {
    const setting = 'auto-aof-rewrite-percentage';
    const [, before = '100'] = (await client.config('GET', setting)) as string[];
    await client.config('SET', setting, '0');
    try {
      const idle = async () => (await client.info('persistence')).includes('aof_rewrite_in_progress:0');
      await waitFor(idle, { timeout: 600_000, message: 'Redis rewrites its append-only file for 10 minutes' });
      await cp(from, to, { recursive: true });
    } finally {
      await client.config('SET', setting, before);
    }
  });
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
