import { type RedisServer, startRedis, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, People, textOf } from '../client/people.ts';
import { Kit } from './kit.ts';

let kit: Kit;
let replica: RedisServer;
let admin: Redis;
beforeAll(async () => {
  kit = await Kit.start(2, { replicasAck: 1 });
  replica = await startRedis();
  admin = new Redis(replica.url);
});
afterAll(async () => {
  admin?.disconnect();
  await replica?.stop();
  await kit?.[Symbol.asyncDispose]();
});

describe('a message that no replica has', () => {
  it('is told to nobody, its sender included, until one does: a fail-over would take it back', async () => {
    if (kit.link.clustered) return;
    const [a, b] = await kit.friends();
    const follow = () => admin.call('REPLICAOF', '127.0.0.1', new URL(kit.redis.url).port);
    await follow();
    await using people = new People(kit);
    const ann = await people.online(a);
    const ben = await people.online(b, { gateways: [kit.gateway(1).http] });
    const heard = listen(ben);
    const mine = listen(ann);
    await ann.send(b, 'one');
    await waitFor(() => heard.length === 1 && mine.length === 1);

    await admin.call('REPLICAOF', 'NO', 'ONE');
    let accepted = false;
    const sending = ann.send(b, 'two').then(() => {
      accepted = true;
    });
    await waitFor(async () => (await kit.inbox(b)).some(({ event }) => event.body?.text === 'two'));
    // Longer than an event takes, and than replicas get to confirm.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([accepted, heard.length, mine.length]).toEqual([false, 1, 1]);

    await follow();
    await sending;
    await waitFor(() => heard.length > 1 && mine.length > 1, { timeout: 15_000 });
    expect([heard, mine].map((each) => each.map(textOf))).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  }, 60_000);
});
