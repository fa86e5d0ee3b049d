import calculateSlot from 'cluster-key-slot';
import type { Cluster, Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Migrates the cluster slot of a bucket with its keys to another master, as an operator would.
 * Returns the `host:port` of that master.
 */
export async function moveBucket(connection: RedisConnection, bucket: number): Promise<string> {
  const tag = `{${bucket}}`;
  const address = ({ options }: Redis) => `${options.host}:${options.port}`;
  const nodes = (connection.client as Cluster).nodes('master');
  const from = nodes.find((node) => address(node) === connection.masterOf(tag)) as Redis;
  const to = nodes.find((node) => node !== from) as Redis;
  const [fromId, toId] = (await Promise.all([from.cluster('MYID'), to.cluster('MYID')])) as unknown as [string, string];
  const slot = calculateSlot(tag);
  // Assigns the slot at the new master first. Its claim then has a newer config epoch than any
  // claim of the old master, which therefore cannot undo it.
  await to.cluster('SETSLOT', slot, 'IMPORTING', fromId);
  await from.cluster('SETSLOT', slot, 'MIGRATING', toId);
  const moved = (await from.cluster('GETKEYSINSLOT', slot, 1000)) as unknown as string[];
  for (const key of moved) await from.migrate(to.options.host as string, to.options.port as number, key, 0, 5000);
  for (const node of [to, from, ...nodes.filter((each) => each !== to && each !== from)]) {
    await node.cluster('SETSLOT', slot, 'NODE', toId);
  }
  return address(to);
}
