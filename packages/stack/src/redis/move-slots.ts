import { Redis } from 'ioredis';
import type { RedisCluster } from './cluster.ts';
import type { RedisServer } from './server.ts';

/**
 * Moves slots of a cluster and their keys to the master `to`, one slot after the other, as
 * `redis-cli --cluster reshard` does. While a slot is moving, commands on several of its keys fail
 * with `TRYAGAIN`.
 */
export async function moveSlots(cluster: RedisCluster, slots: number[], to: RedisServer): Promise<void> {
  const clients = cluster.nodes.map((node) => new Redis(node.url));
  try {
    const masters = await mastersOf(clients);
    const target = masters.find(({ client }) => client.options.port === to.port);
    if (!target) throw new Error(`${to.url} is no master`);
    for (const slot of slots) {
      const source = masters.find(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last));
      if (!source || source === target) continue;
      await moveSlot(slot, source, target, masters);
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function moveSlot(slot: number, source: Master, target: Master, masters: Master[]): Promise<void> {
  await target.client.cluster('SETSLOT', slot, 'IMPORTING', source.id);
  await source.client.cluster('SETSLOT', slot, 'MIGRATING', target.id);
  const { host = '127.0.0.1', port = 0 } = target.client.options;
  for (;;) {
    const keys = (await source.client.cluster('GETKEYSINSLOT', slot, KEYS)) as unknown as string[];
    if (keys.length === 0) break;
    await source.client.call('MIGRATE', host, port, '', 0, TIMEOUT, 'KEYS', ...keys);
  }
  // Informs the new master before the old one, so that the new master's claim to the slot has the
  // newer epoch and wins.
  const others = masters.filter((each) => each !== source && each !== target);
  for (const { client } of [target, source, ...others]) await client.cluster('SETSLOT', slot, 'NODE', target.id);
}

/**
 * Number of keys per MIGRATE command. It is small because both masters block while the command
 * runs.
 */
const KEYS = 20;

/** Timeout of a MIGRATE command, in ms. */
const TIMEOUT = 10_000;

async function mastersOf(clients: Redis[]): Promise<Master[]> {
  const all = await Promise.all(
    clients.map(async (client) => {
      const lines = ((await client.cluster('NODES')) as unknown as string).split('\n');
      const [id = '', , flags = '', , , , , , ...rest] =
        lines.find((line) => line.includes('myself'))?.split(' ') ?? [];
      const ranges = rest.filter((word) => !word.startsWith('[')).map((word) => word.split('-').map(Number));
      return { client, id, flags, ranges: ranges.map(([first = 0, last = first]) => [first, last] as const) };
    }),
  );
  return all.filter(({ flags }) => flags.includes('master'));
}

interface Master {
  client: Redis;
  id: string;
  /** Ranges of slots that the master owns, each with its first and last slot. */
  ranges: (readonly [number, number])[];
}
