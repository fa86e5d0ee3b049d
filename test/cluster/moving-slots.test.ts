import { moveSlots, type RedisCluster, type RedisServer, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../groups/kit.ts';
import { Traffic } from './traffic.ts';

let kit: Kit;
let cluster: RedisCluster;
let added: RedisServer;

async function slotOf(id: number): Promise<number> {
  const [slot] = await kit.redis.ask('CLUSTER', 'KEYSLOT', kit.link.keys.inbox(id));
  return slot as number;
}

/** Returns the user channels to which gateways are subscribed at a node. */
async function heardFrom(node: RedisServer): Promise<string[]> {
  const client = new Redis(node.url);
  const channels = (await client.call('PUBSUB', 'SHARDCHANNELS', '*:user:*')) as string[];
  client.disconnect();
  return channels;
}

const texts = Array.from({ length: 150 }, (_, i) => `m${i}`);

// Without replicas that confirm, connections query each bucket that moves to a server.
describe.each(['0', '1'])('with REPLICAS_ACK=%s, when a master joins and gets slots under load', (replicas) => {
  beforeAll(async () => {
    kit = await Kit.start({ cluster: true, env: { REPLICAS_ACK: replicas, PROBE_INTERVAL: '500ms' } });
    cluster = kit.redis.cluster as RedisCluster;
    // The new master has a replica from the start, because nothing could be acknowledged without
    // one.
    added = await cluster.addMaster({ replicas: 1 });
  });
  afterAll(async () => {
    await kit?.[Symbol.asyncDispose]();
  });

  it('moving hash slots to a new Redis master neither loses nor duplicates a message', async () => {
    await using traffic = await Traffic.between(kit, 6);
    const sending = traffic.send(texts);
    await traffic.untilHeard(30);
    // Moves the buckets of every third user, so that home buckets move and messages are forwarded
    // between old and new masters in both directions.
    const moved = traffic.people.filter((_, i) => i % 3 === 0);
    await moveSlots(cluster, await Promise.all(moved.map(({ id }) => slotOf(id))), added);
    await sending;
    await traffic.expectAll(texts);
    const channels = moved.map(({ id }) => kit.link.keys.user(id)).toSorted();
    await waitFor(async () => (await heardFrom(added)).toSorted().join() === channels.join(), {
      message: 'the gateways do not hear all from the new master',
    });
    for (const node of cluster.nodes.filter((each) => each !== added)) {
      expect((await heardFrom(node)).filter((channel) => channels.includes(channel))).toEqual([]);
    }
  }, 120_000);

  it('the gateway reads events from the inbox that were published while its subscription moved to a new Redis master', async () => {
    const [ann] = await kit.people(2);
    if (!ann) throw new Error('nobody');
    await using client = await ann.connect(0);
    const event = (chat: number) => JSON.stringify({ kind: 'chat', chat, change: 'updated' });
    const { client: redis, keys } = kit.link;
    const [epoch] = client.cursor.split('-');
    // This event is in the stream but was not received: it was published after the old master
    // dropped the subscription.
    await redis.xadd(keys.inbox(ann.id), `${epoch}-*`, 'e', event(1));
    await moveSlots(cluster, [await slotOf(ann.id)], added);
    await client.untilEvents(1);
    expect(client.events.map(({ event }) => event)).toEqual([{ kind: 'chat', chat: 1, change: 'updated' }]);
  });
});
