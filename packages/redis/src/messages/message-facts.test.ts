import { groupConversation, userConversation } from '@parley/protocol';
import { expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { recover } from '../inbox/recover.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { recallFrom } from '../test/recall-from.ts';
import { accept } from './accept.ts';
import { findMessage } from './find-message.ts';
import { readFacts, writeFacts } from './message-facts.ts';

onEachRedis((redis) => {
  const body = JSON.stringify({ type: 'text', text: 'words' });
  const send = (from: number, to: number, ref: string, members?: number[]) =>
    accept(redis.connection, { from, to, ref, body, record: true, ...(members ? { members } : {}) });
  const read = async (user: number) =>
    (await recover(redis.connection, user, 'acknowledged', { device: 'new', limit: 100 })).events.map(({ event }) =>
      JSON.parse(event),
    );

  it('findMessage returns a message to each participant, by their chat and the message id', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const one = await send(a, b, 'r1');
    let group = redis.newId();
    let toGroup = await send(a, group, 'r2', [a, b]);
    // Ids are unique only within a conversation: two conversations may assign the same id in one
    // ms.
    while (toGroup.id === one.id) {
      group = redis.newId();
      toGroup = await send(a, group, 'r2', [a, b]);
    }
    for (let i = 0; i < 120; i += 1) await append(redis.connection, [{ user: b, event: '{"kind":"mark"}' }]);
    expect(await findMessage(redis.connection, a, b, one.id)).toMatchObject({ from: a, ref: 'r1' });
    expect(await findMessage(redis.connection, b, a, one.id)).toMatchObject({ from: a, to: b });
    expect(await findMessage(redis.connection, b, group, toGroup.id)).toMatchObject({ from: a, to: group });
    expect(await findMessage(redis.connection, b, group, one.id)).toBeUndefined();
    expect(await findMessage(redis.connection, b, a, toGroup.id)).toBeUndefined();
    expect(await findMessage(redis.connection, b, a, one.id + 1)).toBeUndefined();
    expect(await findMessage(redis.connection, redis.newId(), a, one.id)).toBeUndefined();
  });

  it('findMessage reports that a message was recalled, without its text', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    const gone = await send(a, b, 'r1');
    await send(a, b, 'r2');
    await recallFrom(redis.connection, [a, b], gone.conversation, gone.id);
    expect(await findMessage(redis.connection, b, a, gone.id)).toBe('recalled');
    const [first, second] = await read(b);
    expect(first).toEqual({ ...first, id: gone.id, from: a, body: { type: 'text', text: '' }, recalled: true });
    expect(second.body.text).toBe('words');
    expect((await read(a))[0]).toMatchObject({ ref: 'r1', recalled: true, body: { type: 'text', text: '' } });
  });

  it('the recall of a message does not affect a message with the same id in another chat', async () => {
    const [a, b, group] = [redis.newId(), redis.newId(), redis.newId()];
    const event = (conversation: string) =>
      `{"kind":"message","id":4096,"conversation":"${conversation}","from":${a},"to":${b},"date":1,"body":${body}}`;
    const [pair, many] = [userConversation(a, b), groupConversation(group)];
    await append(redis.connection, [{ user: b, event: event(pair) }]);
    await append(redis.connection, [{ user: b, event: event(many) }]);
    await recallFrom(redis.connection, [b], many, 4096);
    expect(await findMessage(redis.connection, b, a, 4096)).toMatchObject({ conversation: pair });
    expect(await findMessage(redis.connection, b, group, 4096)).toBe('recalled');
    expect((await read(b)).map(({ conversation, recalled }) => [conversation, recalled])).toEqual([
      [pair, undefined],
      [many, true],
    ]);
  });

  it('readFacts returns the facts of a message only for the user whose chat they belong to', async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    expect(await readFacts(redis.connection, a, b, 4096)).toBeUndefined();
    await writeFacts(redis.connection, a, b, 4096, { from: b, recalled: false });
    expect(await readFacts(redis.connection, a, b, 4096)).toEqual({ from: b, recalled: false });
    expect(await readFacts(redis.connection, b, a, 4096)).toBeUndefined();
    expect(await redis.connection.client.ttl(redis.connection.keys.facts(a, b, 4096))).toBeGreaterThan(0);
  });
});
