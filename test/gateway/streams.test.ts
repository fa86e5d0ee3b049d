import { randomUUID } from 'node:crypto';
import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { raisePermitFence, writePermits } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { Kit } from './kit.ts';

type Text = Extract<ServerFrame, { type: 'stream' }>;

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { maxStreams: 2 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const start = (to: number, more: object = {}) =>
  ({ type: 'stream', op: 'start', ref: randomUUID(), to, ...more }) as ClientFrame & { ref: string };
const append = (chat: number, id: number, index: number, text: string) =>
  ({ type: 'stream', op: 'append', ref: randomUUID(), chat, id, index, text }) as const;
const end = (chat: number, id: number, more: object = {}) =>
  ({ type: 'stream', op: 'end', ref: randomUUID(), chat, id, ...more }) as const;
const read = (chat: number, id: number) => ({ type: 'stream', op: 'read', ref: randomUUID(), chat, id }) as const;

async function open(client: Client, to: number, more: object = {}): Promise<number> {
  const ack = await client.ask(start(to, more));
  if (ack.type !== 'ack' || !('id' in ack)) throw new Error(`refused: ${JSON.stringify(ack)}`);
  return ack.id;
}

const textsOf = ({ frames }: Client): Text[] => frames.filter((frame) => frame.type === 'stream');

const heard = (client: Client, count: number) =>
  client.until(
    () => textsOf(client).length >= count && textsOf(client),
    () => `heard ${textsOf(client).length} of ${count} texts`,
  );

describe('streamed messages', () => {
  it('a stream with 1,200 appends to a group of 10 adds two entries to every inbox, and one message to be recorded', async () => {
    const users = await kit.circle(10);
    const [agent = 0] = users;
    const group = await kit.group(users);
    await using writer = await kit.connect(agent);
    const readers = await Promise.all(users.slice(1).map((user, i) => kit.connect(user, i % 2)));
    const id = await open(writer, group, { custom: { model: 'm' } });
    const words = Array.from({ length: 1200 }, (_, i) => `w${i} `);
    for (const [i, word] of words.entries()) writer.send(append(group, id, i + 1, word));
    expect(await writer.ask(end(group, id))).toMatchObject({ type: 'ack' });
    const text = words.join('');
    for (const reader of readers) {
      const texts = await heard(reader, words.length);
      expect(texts.map(({ index }) => index)).toEqual(words.map((_, i) => i + 1));
      expect(texts.map((each) => each.text).join('')).toBe(text);
      expect(texts[0]).toEqual({ type: 'stream', chat: group, id, user: agent, index: 1, text: 'w0 ' });
      await reader.untilEvents(2);
      await reader.close();
    }
    const final = {
      kind: 'edit',
      id,
      user: agent,
      chat: group,
      body: { text },
      streaming: false,
      custom: { model: 'm' },
    };
    for (const user of users) {
      const events = (await kit.inbox(user)).map(({ event }) => event);
      expect(events).toMatchObject([{ kind: 'message', id, streaming: true, body: { text: '' } }, final]);
    }
    const recorded = await kit.recorded((entry) => entry.id === id);
    expect(recorded.map(({ kind }) => kind)).toEqual(['message', 'edit']);
  });

  it('a device that connects during a stream can read the text so far as a whole, and then receives the following appends', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const id = await open(alice, b, { text: 'one ' });
    alice.send(append(b, id, 1, 'two '));
    alice.send(append(b, id, 2, 'three '));
    await heard(alice, 2);
    await using bob = await kit.connect(b, 1);
    const whole = { type: 'stream', chat: a, id, user: a, index: 2, text: 'one two three ', whole: true };
    expect(await bob.ask(read(a, id))).toMatchObject(whole);
    alice.send(append(b, id, 3, 'four'));
    expect((await heard(bob, 2))[1]).toEqual({ type: 'stream', chat: a, id, user: a, index: 3, text: 'four' });
    await alice.ask(end(b, id));
    expect(await bob.ask(read(a, id))).toMatchObject({ type: 'error', code: 'stream-ended' });
  });

  it('a message stream accepts appends over POST /v1/frames, and accepts a repeated append only once', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const id = await open(alice, b);
    const post = (frame: ClientFrame) =>
      fetch(`${kit.gateway(1).http}/v1/frames`, {
        ...{ method: 'POST', headers: { authorization: `Bearer ${kit.token(a)}` }, body: JSON.stringify(frame) },
      });
    expect((await post(append(b, id, 1, 'a'))).status).toBe(204);
    expect((await post(append(b, id, 1, 'a'))).status).toBe(204);
    expect((await post(append(b, id, 3, 'c'))).status).toBe(409);
    alice.send(append(b, id, 2, 'b'));
    alice.send(append(b, id, 2, 'b'));
    alice.send(append(b, id, 3, 'c'));
    expect(await alice.ask(end(b, id))).toMatchObject({ type: 'ack' });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', body: { type: 'text', text: 'abc' } });
    expect(textsOf(bob).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('a stream ends with the body of its end frame', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const id = await open(alice, b, { text: 'draft' });
    await alice.ask(end(b, id, { body: { type: 'text', text: 'final' }, custom: { sources: 2 } }));
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ body: { text: 'final' }, custom: { sources: 2 }, streaming: false });
  });

  it.each([
    ['of the first text', { text: 'x'.repeat(8000) }, []],
    ['of all texts', {}, ['x'.repeat(7999), 'yz']],
  ])(
    'a stream ends with the text so far if the characters %s exceed the limit of a text message',
    async (_, more, texts) => {
      const [a, b] = await kit.friends();
      await using alice = await kit.connect(a, 0);
      const id = await open(alice, b, more);
      for (const [i, text] of texts.entries()) alice.send(append(b, id, i + 1, text));
      const late = append(b, id, texts.length + 1, 'late');
      expect(await alice.ask(late)).toMatchObject({ code: 'stream-ended', retry: false });
      await alice.untilEvents(2);
      const { event } = alice.events[1] ?? {};
      expect(event).toMatchObject({ kind: 'edit', streaming: false, body: { text: expect.stringMatching(/^x+$/) } });
    },
  );

  it('a stream ends when its sender is no longer allowed to write; nobody receives appends after that', async () => {
    const users = await kit.circle(3);
    const [agent = 0, reader = 0, removed = 0] = users;
    const group = await kit.group(users);
    await using writer = await kit.connect(agent);
    await using stays = await kit.connect(reader, 1);
    await using leaves = await kit.connect(removed, 1);
    const id = await open(writer, group, { text: 'so ' });
    const members = async (version: number, left: number[]) =>
      writePermits(kit.link, group, { kind: 'group', version, members: left });
    await members(1e9, [agent, reader]);
    writer.send(append(group, id, 1, 'far'));
    await heard(stays, 1);
    await members(1e9 + 1, [reader]);
    expect(await writer.ask(append(group, id, 2, ' too far'))).toMatchObject({ code: 'not-member' });
    await stays.untilEvents(2);
    expect(stays.events[1]?.event).toMatchObject({ kind: 'edit', body: { text: 'so far' }, streaming: false });
    expect(await writer.ask(append(group, id, 2, 'again'))).toMatchObject({ code: 'not-member' });
    await leaves.settled();
    expect([textsOf(leaves), leaves.events.length]).toEqual([[], 1]);
  });

  it('a stream ends when its sender is blocked', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    const id = await open(alice, b, { text: 'so far' });
    await kit.permit(b, [], [a]);
    await raisePermitFence(kit.link, a, b);
    expect(await alice.ask(append(b, id, 1, ' more'))).toMatchObject({ code: 'blocked' });
    await bob.untilEvents(2);
    expect(bob.events[1]?.event).toMatchObject({ kind: 'edit', body: { text: 'so far' }, streaming: false });
    expect(textsOf(bob)).toEqual([]);
  });

  it('the gateway refuses a stream beyond the number that a user can have open, until another one ends', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const first = start(b);
    const id = await open(alice, b);
    await alice.ask(first);
    const third = start(b);
    expect(await alice.ask(third)).toMatchObject({ code: 'too-many', retry: true });
    expect(await alice.ask({ ...first })).toMatchObject({ type: 'ack' });
    await alice.ask(end(b, id));
    expect(await waitFor(async () => (await alice.ask({ ...third, ref: randomUUID() })).type === 'ack')).toBe(true);
  });

  it('the gateway refuses an append to a stream of another user, and to a stream that does not exist', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = await kit.connect(b, 1);
    const id = await open(alice, b);
    expect(await bob.ask(append(a, id, 1, 'x'))).toMatchObject({ code: 'forbidden' });
    expect(await bob.ask(end(a, id))).toMatchObject({ code: 'forbidden' });
    expect(await bob.ask(append(a, 4096, 1, 'x'))).toMatchObject({ code: 'stream-ended' });
    expect(await alice.ask(append(b, id, 2, 'x'))).toMatchObject({ code: 'conflict' });
    const { id: plain } = await alice.text(b, 'plain');
    expect(await alice.ask(append(b, plain, 1, 'x'))).toMatchObject({ code: 'stream-ended' });
  });

  it('a message stream ends when the sender edits or recalls the message', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    for (const frame of [{ type: 'edit', body: { type: 'text', text: 'edited' } }, { type: 'recall' }] as const) {
      const id = await open(alice, b);
      expect(await alice.ask({ ...frame, ref: randomUUID(), chat: b, id })).toMatchObject({ type: 'ack' });
      expect(await alice.ask(append(b, id, 1, 'x'))).toMatchObject({ code: 'stream-ended' });
      const [, last] = await kit.recorded((entry) => entry.id === id);
      expect(last).toMatchObject(frame.type === 'edit' ? { body: frame.body, streaming: false } : { kind: 'recall' });
    }
  });

  it('an append counts towards the limit of sent bytes once for each receiver', async () => {
    await kit.addGateway({ sendBytes: 1024, sendBytesBurst: 4096 });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 2);
    const id = await open(alice, b);
    alice.send(append(b, id, 1, 'x'.repeat(1000)));
    expect(await alice.ask(append(b, id, 2, 'x'.repeat(3000)))).toMatchObject({ code: 'too-many', retry: true });
    expect(await alice.ask(read(b, id))).toMatchObject({ index: 1 });
  });
});
