import type { PresenceFrame, ServerFrame } from '@parley/protocol';
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
  it.each(changes)('a watcher gets no more presence after %s', async (_, change) => {
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

it('a sender no longer learns whether a user is connected after the user hides their presence', async () => {
  const [ann, ben] = await friends();
  await using alice = await ann.connect(0);
  await using bob = await ben.connect(1);
  await bob.settled();
  expect(await alice.text(ben.id, 'shown')).toMatchObject({ online: true });
  await ben.call('PATCH', '/me', { privacy: { lastSeen: 'nobody' } });
  await alice.settled();
  expect(await alice.text(ben.id, 'hidden')).not.toHaveProperty('online');
  await ben.call('PATCH', '/me', { privacy: { lastSeen: 'friends' } });
  await alice.settled();
  expect(await alice.text(ben.id, 'shown again')).toMatchObject({ online: true });
});
