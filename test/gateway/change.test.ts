import { writeFacts } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const kinds = (client: { events: { event: { kind: string } }[] }) => client.events.map(({ event }) => event.kind);

describe('edits, reactions and recalls', () => {
  it('edits, reactions and recalls reach all devices of both users; the chat in each event is the peer of its receiver', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    await using tablet = await kit.connect(a, 1, { device: 'tablet' });
    await using bob = await kit.connect(b, 1);
    const { id } = await alice.text(b, 'r1', 'helo');
    expect(await alice.ask({ type: 'edit', ref: 'e', chat: b, id, body: { type: 'text', text: 'hello' } })).toEqual({
      type: 'ack',
      ref: 'e',
    });
    expect(await bob.ask({ type: 'react', ref: 'l', chat: a, id, emoji: '👍', active: true })).toEqual({
      type: 'ack',
      ref: 'l',
    });
    expect(await alice.ask({ type: 'recall', ref: 'x', chat: b, id })).toEqual({ type: 'ack', ref: 'x' });
    for (const [client, chat] of [
      [alice, b],
      [tablet, b],
      [bob, a],
    ] as const) {
      await waitFor(() => client.events.length === 4, { message: () => JSON.stringify(client.events) });
      expect(client.events.slice(1).map(({ event }) => event)).toEqual([
        { kind: 'edit', chat, id, user: a, body: { type: 'text', text: 'hello' } },
        { kind: 'react', chat, id, user: b, emoji: '👍', active: true },
        { kind: 'recall', chat, id, user: a },
      ]);
    }
  });

  it("an action on a message reaches all devices of the message's sender and no other device", async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    const group = await kit.group([a, b, c]);
    await using bot = await kit.connect(a, 0);
    await using second = await kit.connect(a, 1, { device: 'second' });
    await using bob = await kit.connect(b, 1);
    await using carl = await kit.connect(c, 1);
    const [{ id: direct }, { id: many }] = [await bot.text(b, 'r1'), await bot.text(group, 'r2')];
    const data = { choice: 2 };
    const press = { type: 'action', ref: 'p1', chat: a, id: direct, action: 'choose', data } as const;
    expect(await bob.ask(press)).toEqual({ type: 'ack', ref: 'p1' });
    expect(await bob.ask({ type: 'action', ref: 'p2', chat: group, id: many, action: 'stop' })).toEqual({
      type: 'ack',
      ref: 'p2',
    });
    for (const device of [bot, second]) {
      await waitFor(() => device.events.length === 4);
      expect(device.events.slice(2).map(({ event }) => event)).toEqual([
        { kind: 'action', chat: b, id: direct, user: b, action: 'choose', data, ref: 'p1' },
        { kind: 'action', chat: group, id: many, user: b, action: 'stop', ref: 'p2' },
      ]);
    }
    expect([...kinds(bob), ...kinds(carl)]).not.toContain('action');
    const large = { ...press, ref: 'z', data: { text: 'x'.repeat(5000) } };
    expect(await bob.ask(large)).toMatchObject({ type: 'error', code: 'bad-frame' });
  });

  it('the gateway delivers a recalled message without its body, even to devices that were offline', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const { id } = await alice.text(b, 'r1', 'a secret');
    await alice.text(b, 'r2', 'no secret');
    await alice.ask({ type: 'recall', ref: 'x', chat: b, id });
    await using bob = await kit.connect(b, 1);
    await waitFor(() => bob.events.length === 3);
    expect(kinds(bob)).toEqual(['message', 'message', 'recall']);
    expect(JSON.stringify(bob.frames)).not.toContain('a secret');
    expect(bob.heard).toEqual(['', 'no secret']);
  });

  it('a recall removes the text of earlier edits from inboxes', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const { id } = await alice.text(b, 'r1', 'hello');
    await alice.ask({ type: 'edit', ref: 'e', chat: b, id, body: { type: 'text', text: 'a secret' } });
    await alice.ask({ type: 'recall', ref: 'x', chat: b, id });
    await using bob = await kit.connect(b, 1);
    await waitFor(() => kinds(bob).includes('recall'));
    expect(kinds(bob)).toEqual(['message', 'skipped', 'recall']);
    expect(JSON.stringify([await kit.inbox(a), await kit.inbox(b)])).not.toContain('a secret');
  });

  it('no edit or reaction follows a recall in the inboxes, even if they are sent concurrently', async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    const group = await kit.group([a, b, c]);
    await using alice = await kit.connect(a, 0);
    await using tablet = await kit.connect(a, 1, { device: 'tablet' });
    await using bob = await kit.connect(b, 1);
    for (const [chat, named] of [
      [b, a],
      [group, group],
    ] as const) {
      for (let round = 0; round < 20; round += 1) {
        const { id } = await alice.text(chat, `${chat}-${round}`, 'hello');
        const body = { type: 'text', text: 'an edit' } as const;
        const [reply] = await Promise.all([
          alice.ask({ type: 'recall', ref: `${chat}r${round}`, chat, id }),
          tablet.ask({ type: 'edit', ref: `${chat}e${round}`, chat, id, body }),
          bob.ask({ type: 'react', ref: `${chat}l${round}`, chat: named, id, emoji: '👍', active: true }),
        ]);
        expect(reply).toMatchObject({ type: 'ack' });
      }
    }
    for (const user of [a, b]) {
      const seen = new Set<number | undefined>();
      for (const { event } of await kit.inbox(user)) {
        expect(seen, event.kind).not.toContain(event.id);
        if (event.kind === 'recall') seen.add(event.id);
      }
      expect(seen.size).toBe(40);
    }
  });

  it('only the sender can edit or recall a message, only in its chat, and only before it is recalled', async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    const { id } = await alice.text(b, 'r1');
    const body = { type: 'text', text: 'x' } as const;
    expect(await bob.ask({ type: 'recall', ref: '1', chat: a, id })).toMatchObject({ code: 'forbidden' });
    expect(await bob.ask({ type: 'edit', ref: '2', chat: a, id, body })).toMatchObject({ code: 'forbidden' });
    await writeFacts(kit.link, a, c, id, { from: null, recalled: false });
    expect(await alice.ask({ type: 'edit', ref: '3', chat: c, id, body })).toMatchObject({ code: 'not-found' });
    await alice.ask({ type: 'recall', ref: '4', chat: b, id });
    await writeFacts(kit.link, a, b, id, { from: a, recalled: true });
    expect(await alice.ask({ type: 'edit', ref: '5', chat: b, id, body })).toMatchObject({ code: 'conflict' });
  });

  it('the owner and admins of a group can recall messages of other members', async () => {
    const [a, b, c] = (await kit.circle(3)) as [number, number, number];
    const group = await kit.group([a, b, c]);
    await using alice = await kit.connect(a, 0);
    await using bob = await kit.connect(b, 1);
    await using carl = await kit.connect(c, 1);
    const { id } = await alice.text(group, 'rude');
    await writeFacts(kit.link, b, group, id, { from: a, recalled: false, moderates: true });
    await writeFacts(kit.link, c, group, id, { from: a, recalled: false });
    expect(await carl.ask({ type: 'recall', ref: '1', chat: group, id })).toMatchObject({ code: 'forbidden' });
    expect(await bob.ask({ type: 'recall', ref: '2', chat: group, id })).toEqual({ type: 'ack', ref: '2' });
    await alice.untilEvents(2);
    const event = { kind: 'recall', chat: group, id, user: b, moderated: true };
    expect(alice.events.at(-1)?.event).toEqual(event);
  });

  it('if a message is no longer in the inbox, the gateway requests the message from the recorder', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, 0);
    const { keys, client } = kit.link;
    const stream = keys.requests(keys.bucket(Math.min(a, b)));
    alice.send({ type: 'recall', ref: 'old', chat: b, id: 4096 });
    const entry = await waitFor(async () => (await client.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[1][1]);
    expect(JSON.parse(entry)).toEqual({ kind: 'facts', user: a, chat: b, id: 4096 });
    await writeFacts(kit.link, a, b, 4096, { from: a, recalled: false });
    expect(await alice.reply('old')).toMatchObject({
      code: 'recall-too-late',
    });
  });
});
