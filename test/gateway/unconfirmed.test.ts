import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { People } from '../client/people.ts';
import { Kit } from './kit.ts';

let kit: Kit;
let replicas: readonly RedisServer[];
beforeAll(async () => {
  kit = await Kit.start(2, { replicasAck: 1 });
  replicas = kit.redis.clustered ? kit.redis.nodes.slice(3) : [await replicaOf(kit.redis.url)];
});
afterAll(async () => {
  for (const { pid } of replicas ?? []) process.kill(pid, 'SIGCONT');
  await kit?.[Symbol.asyncDispose]();
  await Promise.all((replicas ?? []).map((replica) => replica.stop()));
});

async function replicaOf(master: string): Promise<RedisServer> {
  const replica = await startRedis();
  const client = new Redis(replica.url);
  await client.call('REPLICAOF', '127.0.0.1', new URL(master).port);
  await waitFor(async () => ((await client.call('ROLE')) as unknown[])[3] === 'connected');
  client.disconnect();
  return replica;
}

describe('unconfirmed messages', () => {
  it('with REPLICAS_ACK=1, nobody receives a message, not even its sender, until a replica has confirmed it', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const ann = await people.online(a);
    await using hers = await kit.connect(a, 0, { device: 'hers' });
    await using his = await kit.connect(b, 1, { device: 'his' });
    await ann.send(b, 'one');
    await waitFor(() => hers.heard.length === 1 && his.heard.length === 1);
    const { counters } = kit.gateway(0).gateway;
    const { refused } = counters;

    for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
    let accepted = false;
    const sending = ann.send(b, 'two').then(() => {
      accepted = true;
    });
    // This is the home bucket of the conversation. In a cluster, the message is forwarded only
    // after replicas confirm it.
    await waitFor(async () => (await kit.inbox(a)).some(({ event }) => event.body?.text === 'two'));
    // The replicas did not confirm in time. Everything that was published until then has arrived.
    await waitFor(() => counters.refused > refused, { message: 'never given up' });
    await Promise.all([hers.settled(), his.settled()]);
    expect([accepted, hers.heard, his.heard]).toEqual([false, ['one'], ['one']]);

    for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
    await sending;
    await waitFor(() => hers.heard.length > 1 && his.heard.length > 1, { timeout: 15_000 });
    expect([hers.heard, his.heard]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  }, 60_000);
});
