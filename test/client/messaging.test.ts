import { forgetPermits } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { listen, People, textOf, texts, untilShown } from './people.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe.each(['websocket', 'sse', 'poll'] as const)('a client over %s', (transport) => {
  const by = { transports: [transport] };

  it('a client shows its own message at once, and later its delivery state', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, by);
    const sent = alice.send(b, 'hello');
    expect(alice.messages(b)).toMatchObject([{ mine: true, state: 'sending', body: { text: 'hello' }, chat: b }]);
    const { key } = alice.messages(b)[0] as { key: string };
    const message = await sent;
    expect(message).toMatchObject({ id: expect.any(Number), ref: key, online: false });
    expect(alice.messages(b)).toMatchObject([{ id: message.id, key, state: 'sent' }]);

    const bob = await people.online(b, { ...by, gateways: [kit.gateway(1).http] });
    await untilShown(bob, a, ['hello']);
    expect(bob.chats()).toMatchObject([{ chat: a, unread: 1 }]);
    await waitFor(() => alice.messages(b)[0]?.state === 'delivered');
    bob.read(a);
    expect(bob.chats()).toMatchObject([{ chat: a, unread: 0 }]);
    await waitFor(() => alice.messages(b)[0]?.state === 'read');
    expect(alice.chats()).toMatchObject([{ chat: b, peerRead: message.id }]);
  });

  it('edits and recalls change the custom data of a message on the client', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, by);
    const bob = await people.online(b, by);
    const custom = () => [alice.messages(b)[0]?.custom, bob.messages(a)[0]?.custom];
    const { id = 0 } = await alice.send(b, 'order', { custom: { order: 7 } });
    await waitFor(() => bob.messages(a).length === 1);
    expect(custom()).toEqual([{ order: 7 }, { order: 7 }]);
    await alice.edit(b, id, { type: 'text', text: 'edited' }, { order: 8 });
    await waitFor(() => custom().every((each) => each?.order === 8));
    await alice.recall(b, id);
    await waitFor(() => custom().every((each) => each === undefined));
  });

  it('a client receives each message once and in order, including those that its user sent from other devices', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, by);
    const other = await people.online(a, { ...by, gateways: [kit.gateway(1).http] });
    const bob = await people.online(b, by);
    const heard = [alice, other, bob].map(listen);
    const written = Array.from({ length: 40 }, (_, i) => `m${i}`);
    await Promise.all(written.map((text) => alice.send(b, text)));
    for (const each of heard) {
      await waitFor(() => each.length >= written.length);
      expect(each.map(textOf)).toEqual(written);
    }
    expect(texts(alice, b)).toEqual(written);
    expect(texts(other, b)).toEqual(written);
    expect(texts(bob, a)).toEqual(written);
  });

  it('a client shows a refused message as failed, and sends it again on retry', async () => {
    const [a, b] = [kit.newId(), kit.newId()];
    await kit.permit(a, []);
    await kit.permit(b, []);
    await using people = new People(kit);
    const alice = await people.online(a, by);
    await expect(alice.send(b, 'hello')).rejects.toMatchObject({ code: 'not-friends' });
    expect(alice.messages(b)).toMatchObject([{ state: 'failed', error: { code: 'not-friends' } }]);
    await kit.permit(b, [a]);
    await forgetPermits(kit.link, [a]);
    await waitFor(() => {
      alice.messages(b)[0]?.retry?.();
      return alice.messages(b)[0]?.state === 'sent';
    });
    expect(texts(alice, b)).toEqual(['hello']);
  });

  it('a client removes a message that its user discards', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.start(a, by);
    const sent = alice.send(b, 'hello');
    alice.messages(b)[0]?.discard?.();
    await expect(sent).rejects.toMatchObject({ code: 'aborted' });
    await alice.online();
    expect(alice.messages(b)).toEqual([]);
  });

  it('a client acknowledges the events that it has stored; the device then resumes after them', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, by);
    const bob = await people.online(b, { ...by, device: 'phone' });
    for (let i = 0; i < 5; i += 1) await alice.send(b, `m${i}`);
    await untilShown(bob, a, ['m0', 'm1', 'm2', 'm3', 'm4']);
    const last = (await kit.inbox(b)).filter(({ event }) => event.kind === 'message').at(-1)?.cursor as string;
    const acknowledged = () => kit.link.client.hget(kit.link.keys.cursors(b), 'phone');
    const offset = (cursor: string | null) => Number(cursor?.split('-')[1] ?? 0);
    await waitFor(async () => offset(await acknowledged()) >= offset(last));
  });
});

describe('typing, presence and limits', () => {
  it('a client sends the messages of a chat in order even if the server limits its rate', async () => {
    await using slow = await Kit.start(1, { sendBurst: 5, sendRate: 40 });
    const [a, b] = await slow.friends();
    await using people = new People(slow);
    const alice = await people.online(a);
    const heard = listen(await people.online(b));
    const written = Array.from({ length: 40 }, (_, i) => `m${i}`);
    for (const text of written) alice.send(b, text);
    await waitFor(() => heard.length === written.length);
    expect(heard.map(textOf)).toEqual(written);
  });

  it('a client emits an event when a peer starts and stops typing', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    const bob = await people.online(b);
    const typing: boolean[] = [];
    bob.on('typing', ({ active }) => typing.push(active));
    for (let i = 0; i < 20; i += 1) alice.typing(b);
    await waitFor(() => typing.length > 0);
    await alice.send(b, 'there');
    await waitFor(() => typing.includes(false));
    expect(typing).toEqual([true, false]);
  });

  it('a client watches presence, and still does so after a reconnect', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    const seen: boolean[] = [];
    alice.on('presence', ({ user, online }) => user === b && seen.push(online));
    alice.watch([b]);
    await waitFor(() => seen.at(-1) === false);
    const bob = await people.online(b);
    await waitFor(() => seen.at(-1) === true);
    await alice.close();
    await alice.connect();
    alice.watch([b]);
    await bob.close();
    await waitFor(() => seen.at(-1) === false);
  });

  it('a client watches presence over long polling', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a, { transports: ['poll'] });
    const seen: boolean[] = [];
    alice.on('presence', ({ user, online }) => user === b && seen.push(online));
    alice.watch([b]);
    await waitFor(() => seen.at(-1) === false);
    await people.online(b);
    // The presence frame ended the poll for which the watch list was set. The next watch frame is
    // sent seconds later.
    await waitFor(() => seen.at(-1) === true, { timeout: 15_000 });
  });

  it('a client with the option `delivered: false` sends no delivered marks', async () => {
    const [a, b] = await kit.friends();
    await using people = new People(kit);
    const alice = await people.online(a);
    const bob = await people.online(b, { delivered: false });
    const { id } = await alice.send(b, 'hello');
    await untilShown(bob, a, ['hello']);
    bob.read(a, id);
    await waitFor(() => alice.messages(b)[0]?.state === 'read');
    const kinds = (await kit.inbox(a)).map(({ event }) => event as { kind: string; delivered?: number });
    expect(kinds.some(({ delivered }) => delivered !== undefined)).toBe(false);
  });
});
