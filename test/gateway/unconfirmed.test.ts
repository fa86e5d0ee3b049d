import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, People, textOf } from '../client/people.ts';
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

describe('a message that no replica has', () => {
  it('is told to nobody, its sender included, until one does: a fail-over would take it back', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const ann = await people.online(a);
    const ben = await people.online(b, { gateways: [kit.gateway(1).http] });
    const heard = listen(ben);
    const mine = listen(ann);
    await ann.send(b, 'one');
    await waitFor(() => heard.length === 1 && mine.length === 1);

    for (const { pid } of replicas) process.kill(pid, 'SIGSTOP');
    let accepted = false;
    const sending = ann.send(b, 'two').then(() => {
      accepted = true;
    });
    // The home of their conversation; in a cluster it goes on from there only when confirmed.
    await waitFor(async () => (await kit.inbox(a)).some(({ event }) => event.body?.text === 'two'));
    // Longer than an event takes, and than replicas get to confirm.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([accepted, heard.length, mine.length]).toEqual([false, 1, 1]);

    for (const { pid } of replicas) process.kill(pid, 'SIGCONT');
    await sending;
    await waitFor(() => heard.length > 1 && mine.length > 1, { timeout: 15_000 });
    expect([heard, mine].map((each) => each.map(textOf))).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  }, 60_000);
});
