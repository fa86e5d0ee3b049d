import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../gateway/client.ts';
import { GatewayProcess } from '../gateway/process.ts';
import { Kit, type Person } from './kit.ts';

/** Number of messages that wait in the socket of a paused gateway. */
const COUNT = 5;

describe.each([
  ['a Redis server', false],
  ['a Redis Cluster', true],
])('after a permit has ended, over %s', (_, cluster) => {
  let kit: Kit;
  let paused: GatewayProcess;
  beforeAll(async () => {
    kit = await Kit.start({ cluster });
    paused = await GatewayProcess.start({ REDIS_URL: kit.redis.url, LOG_LEVEL: 'fatal' });
  });
  afterAll(async () => {
    await paused?.[Symbol.asyncDispose]();
    await kit?.[Symbol.asyncDispose]();
  });

  const ends: [string, string, (a: Person, b: Person) => Promise<[number, () => Promise<unknown>]>][] = [
    ['a blocked user', 'blocked', async (a, b) => [b.id, () => b.call('PUT', `/blocks/${a.id}`)]],
    ['a removed friend', 'not-friends', async (a, b) => [b.id, () => b.call('DELETE', `/friends/${a.id}`)]],
    [
      'a removed member of a group',
      'not-member',
      async (a, b) => {
        const group = await kit.group([b, a]);
        return [group, () => b.call('DELETE', `/groups/${group}/members/${a.id}`)];
      },
    ],
    [
      'a member of a dissolved group',
      'not-found',
      async (a, b) => {
        const group = await kit.group([b, a]);
        return [group, () => b.call('DELETE', `/groups/${group}`)];
      },
    ],
  ];

  it.each(ends)(
    'no gateway accepts messages or edits of %s, not even a gateway that was paused',
    async (_, code, prepare) => {
      // In a cluster, many rounds make it likely that the pair of one round shares a bucket.
      for (let round = 0; round < 4; round += 1) {
        const [ann, ben] = (await kit.people(2)) as [Person, Person];
        const [chat, end] = await prepare(ann, ben);
        await using sender = await Client.open(paused.url, ann.token);
        await using reader = await ben.connect();
        const { id } = await sender.text(chat, 'before');
        paused.signal('SIGSTOP');
        for (let n = 0; n < COUNT; n += 1)
          sender.send({ type: 'send', ref: `after-${n}`, to: chat, body: { type: 'text', text: 'after' } });
        sender.send({ type: 'edit', ref: 'edit', chat, id, body: { type: 'text', text: 'edited' } });
        await end();
        paused.signal('SIGCONT');
        const replies = await Promise.all(Array.from({ length: COUNT }, (_, n) => sender.reply(`after-${n}`)));
        expect(replies).toEqual(Array(COUNT).fill(expect.objectContaining({ type: 'error', code })));
        expect(await sender.reply('edit')).toMatchObject({ type: 'error', code });
        await reader.settled();
        expect(reader.events.filter(({ event }) => event.kind === 'edit')).toEqual([]);
        expect(reader.heard).toEqual(['before']);
      }
    },
  );

  it('messages keep their order while the gateway reads a permit again', async () => {
    const [ann, ben] = (await kit.people(2)) as [Person, Person];
    await using sender = await Client.open(paused.url, ann.token);
    await using reader = await ben.connect();
    await sender.text(ben.id, 'before');
    paused.signal('SIGSTOP');
    const texts = Array.from({ length: 20 }, (_, n) => `m${n}`);
    for (const text of texts) sender.send({ type: 'send', ref: text, to: ben.id, body: { type: 'text', text } });
    await ben.call('PUT', `/blocks/${ann.id}`);
    await ben.call('DELETE', `/blocks/${ann.id}`);
    paused.signal('SIGCONT');
    await reader.until(
      () => reader.heard.length > texts.length,
      () => `heard ${reader.heard}`,
    );
    expect(reader.heard).toEqual(['before', ...texts]);
  });
});
