import type { PresenceFrame, ServerFrame } from '@parley/protocol';
import { shareSettings } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from '../groups/kit.ts';

let kit: Kit;

beforeAll(async () => {
  kit = await Kit.start();
});
afterAll(() => kit[Symbol.asyncDispose]());

const friends = async () => (await kit.people(2)) as [Person, Person];

const isPresence = (frame: ServerFrame, { id }: Person): frame is PresenceFrame =>
  frame.type === 'presence' && frame.user === id;

/** Marks a message as read and waits until the mark is recorded. */
async function read(client: Client, chat: number, id: number): Promise<void> {
  await client.ask({ type: 'mark', ref: `read ${id}`, chat, read: id });
  await kit.recorded();
}

const marksOf = (client: Client) => client.events.flatMap(({ event }) => (event.kind === 'mark' ? [event.read] : []));

/** Watches a user and returns the state. */
function watch(client: Client, person: Person): Promise<PresenceFrame> {
  const from = client.frames.length;
  client.send({ type: 'watch', users: [person.id] });
  return client.frame((frame): frame is PresenceFrame => isPresence(frame, person), from);
}

describe('the end of a watch', () => {
  const changes: [string, (ann: Person, ben: Person) => Promise<unknown>][] = [
    ['the watcher ends the friendship', (ann, ben) => ann.call('DELETE', `/friends/${ben.id}`)],
    ['the watched user ends the friendship', (ann, ben) => ben.call('DELETE', `/friends/${ann.id}`)],
    ['the watched user blocks the watcher', (ann, ben) => ben.call('PUT', `/blocks/${ann.id}`)],
    [
      'the watched user hides their presence',
      (_, ben) => ben.call('PATCH', '/me', { privacy: { lastSeen: 'nobody' } }),
    ],
    ['the watched user deletes their account', (_, ben) => ben.call('DELETE', '/me', {})],
  ];
  it.each(changes)('a watcher stops getting the presence of a user after %s', async (_, change) => {
    const [ann, ben] = await friends();
    await using alice = await ann.connect(0);
    await using bob = await ben.connect(1);
    await bob.settled();
    expect(await watch(alice, ben)).toMatchObject({ online: true });
    const from = alice.frames.length;
    await change(ann, ben);
    await alice.frame(
      (frame): frame is PresenceFrame => isPresence(frame, ben) && !frame.online && frame.lastSeen === null,
      from,
    );
    const { client, keys } = kit.link;
    const subscribers = async () => (await client.call('PUBSUB', 'SHARDNUMSUB', keys.presence(ben.id))) as unknown[];
    await waitFor(async () => (await subscribers())[1] === 0);
    expect(await watch(alice, ben)).toMatchObject({ online: false, lastSeen: null });
  });
});

it('a sender does not learn whether a user is connected once the user hides their presence', async () => {
  const [ann, ben] = await friends();
  await using alice = await ann.connect(0);
  await using bob = await ben.connect(1);
  await bob.settled();
  expect(await alice.text(ben.id, 'shown')).toMatchObject({ online: true });
  await ben.call('PATCH', '/me', { privacy: { lastSeen: 'nobody' } });
  await alice.settled();
  expect(await alice.text(ben.id, 'hidden')).toMatchObject({ online: false });
  await ben.call('PATCH', '/me', { privacy: { lastSeen: 'friends' } });
  await alice.settled();
  expect(await alice.text(ben.id, 'shown again')).toMatchObject({ online: true });
});

describe('read marks', () => {
  it('while one of two users hides read receipts, neither sees what the other has read', async () => {
    const [ann, ben] = await friends();
    await using alice = await ann.connect(0);
    await using bob = await ben.connect(1);
    const first = await alice.text(ben.id, 'first');
    const reply = await bob.text(ann.id, 'reply');
    await read(bob, ann.id, first.id);
    await read(alice, ben.id, reply.id);
    const shown = async () => [(await ann.chat(ben.id)).peerRead, (await ben.chat(ann.id)).peerRead];
    expect(await shown()).toEqual([first.id, reply.id]);

    await ben.call('PATCH', '/me', { privacy: { readReceipts: 'nobody' } });
    for (const client of [alice, bob]) await client.settled();
    const second = await alice.text(ben.id, 'second');
    const again = await bob.text(ann.id, 'again');
    await read(bob, ann.id, second.id);
    await read(alice, ben.id, again.id);
    for (const client of [alice, bob]) await client.settled();
    expect(await shown()).toEqual([0, 0]);
    expect((await ben.chat(ann.id)).read).toBe(second.id);
    // Each gets the other's first mark, and the own ones.
    expect(marksOf(alice)).toEqual([first.id, reply.id, again.id]);
    expect(marksOf(bob)).toEqual([first.id, reply.id, second.id]);

    await ben.call('PATCH', '/me', { privacy: { readReceipts: 'everyone' } });
    for (const client of [alice, bob]) await client.settled();
    expect(await shown()).toEqual([first.id, reply.id]);
    await read(bob, ann.id, second.id + 1);
    expect(await shown()).toEqual([second.id + 1, reply.id]);
  });

  it('the api rejects hiding read receipts while a recorder of the previous release runs', async () => {
    const [ann] = await friends();
    const leave = await shareSettings(kit.link, 'recorder old:1', {});
    const hide = () => ann.call('PATCH', '/me', { privacy: { readReceipts: 'nobody' } });
    await expect(hide()).rejects.toThrow('503 unavailable');
    await leave();
    await hide();
  });
});
