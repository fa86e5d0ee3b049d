import { type ClientFrame, clientFrameSchema, type ServerFrame } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from '../groups/kit.ts';

/** Roles of senders, relative to the owner of a group, who has also written to the friend. */
const roles = ['other', 'blocked', 'friend', 'member', 'admin', 'owner'] as const;
type Role = (typeof roles)[number];

let kit: Kit;
let people: Record<Role, Person>;
let clients: Record<Role, Client>;
let group: number;
/**
 * Ids of the owner's messages: one to the friend, one to the group, and one that is streamed to the
 * group.
 */
let toFriend: number;
let toGroup: number;
let streamed: number;

beforeAll(async () => {
  kit = await Kit.start({ env: { OUTBOX_INTERVAL: '50ms' } });
  const [owner, friend, member, admin, blocked] = (await kit.people(5)) as [Person, Person, Person, Person, Person];
  const [other] = (await kit.people(2)) as [Person, Person];
  people = { other, blocked, friend, member, admin, owner };
  group = await kit.group([owner, member, admin]);
  await owner.call('PATCH', `/groups/${group}/members/${admin.id}`, { role: 'admin' });
  await owner.call('PUT', `/blocks/${blocked.id}`);
  for (const person of [member, admin]) await owner.call('DELETE', `/friends/${person.id}`);
  const opened = await Promise.all(
    roles.map(async (role, i) => [role, await people[role].connect(i, { device: role })] as const),
  );
  clients = Object.fromEntries(opened) as Record<Role, Client>;
  toFriend = (await clients.owner.text(friend.id, 'to the friend')).id;
  toGroup = (await clients.owner.text(group, 'to the group')).id;
  const start = { type: 'stream', op: 'start', ref: 'stream', to: group } as const;
  streamed = ((await clients.owner.ask(start)) as { id: number }).id;
  await kit.recorded();
});
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.socket.terminate();
  await kit?.[Symbol.asyncDispose]();
});

const [no, out, none, not] = ['not-friends', 'not-member', 'not-found', 'forbidden'];

// Each row: the name of the case, the frame, the reply to each role in order, and the roles whose
// frames cause an event for the owner.
const rows: Row[] = [
  ['a message to the owner', () => message(people.owner.id), [no, 'blocked', 'ack', no, no, no], 'friend'],
  ['a message to the group', () => message(group), [out, out, out, 'ack', 'ack', 'ack'], 'member admin owner'],
  [
    'a mark in the chat with the owner',
    () => ({ type: 'mark', chat: people.owner.id, read: toFriend }),
    all('ack'),
    'friend owner',
  ],
  [
    'a mark in the group',
    () => ({ type: 'mark', chat: group, read: toGroup }),
    [out, out, out, 'ack', 'ack', 'ack'],
    'owner',
  ],
  ['typing to the owner', () => ({ type: 'typing', chat: people.owner.id, active: true }), all('-'), 'friend'],
  ['typing in the group', () => ({ type: 'typing', chat: group, active: true }), all('-'), 'member admin'],
  [
    'recalling what the owner wrote to the friend',
    () => ({ type: 'recall', chat: people.owner.id, id: toFriend }),
    [none, none, not, none, none, none],
    '',
  ],
  [
    'pinning what the owner wrote to the group',
    () => ({ type: 'pin', chat: group, id: toGroup, active: true }),
    [none, none, none, not, 'ack', 'ack'],
    'admin owner',
  ],
  [
    'recalling what the owner wrote to the group',
    () => ({ type: 'recall', chat: group, id: toGroup }),
    [none, none, none, not, 'ack', 'ack'],
    'admin',
  ],
  [
    'editing what the owner wrote to the friend',
    () => ({ type: 'edit', chat: people.owner.id, id: toFriend, body: { type: 'text', text: 'forged' } }),
    [none, none, not, none, none, none],
    '',
  ],
  [
    'acting on what the owner wrote to the friend',
    () => ({ type: 'action', chat: people.owner.id, id: toFriend, action: 'press' }),
    [none, none, 'ack', none, none, none],
    'friend',
  ],
  [
    'reacting to what the owner wrote to the friend',
    () => ({ type: 'react', chat: people.owner.id, id: toFriend, emoji: '👍', active: true }),
    [none, none, 'ack', none, none, none],
    'friend',
  ],
  [
    'pinning what the owner wrote to the friend',
    () => ({ type: 'pin', chat: people.owner.id, id: toFriend, active: true }),
    [none, none, 'ack', none, none, none],
    'friend',
  ],
  [
    'hiding what the owner wrote to the group',
    () => ({ type: 'hide', chat: group, ids: [toGroup] }),
    [out, out, out, 'ack', 'ack', 'ack'],
    '',
  ],
  [
    'reading what the owner streams to the group',
    () => ({ type: 'stream', op: 'read', chat: group, id: streamed }),
    [out, out, out, 'stream', 'stream', 'stream'],
    '',
  ],
  [
    'appending to what the owner streams to the group',
    () => ({ type: 'stream', op: 'append', chat: group, id: streamed, index: 5, text: 'forged' }),
    [out, out, out, not, not, 'conflict'],
    '',
  ],
  [
    'ending what the owner streams to the group',
    () => ({ type: 'stream', op: 'end', chat: group, id: streamed }),
    [out, out, out, not, not, 'ack'],
    'owner',
  ],
  ['the token of the owner', () => ({ type: 'auth', token: people.owner.token }), [not, not, not, not, not, 'ack'], ''],
  ['a place far ahead', () => ({ type: 'received', cursor: '1-9007199254740991' }), all('bad-frame'), ''],
  ['the chat one looks at', () => ({ type: 'focus', chat: people.owner.id }), all('-'), ''],
  [
    'watching the owner',
    () => ({ type: 'watch', users: [people.owner.id] }),
    ['offline', 'offline', 'online', 'offline', 'offline', 'online'],
    '',
  ],
  ['a ping', () => ({ type: 'ping' }), all('pong'), ''],
];

it('the table of frames lists every frame type that a client can send', () => {
  const types = clientFrameSchema.options.map((option) => ('shape' in option ? option.shape.type.value : 'stream'));
  expect([...new Set(rows.map(([, frame]) => frame().type))].sort()).toEqual([...types].sort());
});

describe('what each role receives in reply, and whether the owner receives an event', () => {
  it.each(rows)('the gateway sends each role the expected reply to %s', async (name, frame, replies, heard) => {
    const [from, mine] = [clients.owner.frames.length, people.owner.id];
    const seen: string[] = [];
    for (const role of roles) seen.push(await reply(clients[role], { ...frame(), ref: `${name} ${role}` }));
    expect(seen).toEqual(replies);
    // Events of the frames above arrive before the event of this message.
    const end = { type: 'send' as const, ref: `after ${name}`, to: mine, body: { type: 'card' as const, user: mine } };
    const { id } = (await clients.friend.ask(end)) as { id: number };
    await clients.owner.until(
      () => clients.owner.events.some(({ event }) => 'id' in event && event.id === id),
      () => 'the owner is cut off',
    );
    const about = clients.owner.frames.slice(from).flatMap(speaker);
    const told = roles.filter((role) => about.includes(people[role].id));
    expect(told.join(' ')).toBe(heard);
  });
});

/**
 * Returns the type or code of the reply. For a presence frame, whether the watched user is online.
 * `-` without a reply.
 */
async function reply(client: Client, frame: Asked): Promise<string> {
  const from = client.frames.length;
  client.send(frame as ClientFrame);
  const isReply = (one: ServerFrame): one is ServerFrame =>
    one.type === 'presence' || (one.type !== 'event' && 'ref' in one && one.ref === frame.ref);
  const silent = frame.type === 'typing' || frame.type === 'focus';
  if (!silent) return saysOf(await client.frame(isReply, from));
  // Frames of a connection are handled in order, so earlier frames are complete when these are
  // acknowledged.
  for (let i = 0; i < 3; i += 1) await client.ask({ type: 'auth', ref: `settle-${++settled}`, token: 'none' });
  await client.ask({ type: 'recall', ref: `settle-${++settled}`, chat: group, id: 1 });
  const said = client.frames.slice(from).find(isReply);
  return said ? saysOf(said) : '-';
}

let settled = 0;

function saysOf(frame: ServerFrame): string {
  if (frame.type === 'presence') return frame.online ? 'online' : 'offline';
  return frame.type === 'error' ? frame.code : frame.type;
}

/** Returns the users who caused a frame. */
function speaker(frame: ServerFrame): number[] {
  if (frame.type === 'typing') return [frame.user];
  if (frame.type !== 'event') return [];
  const { event } = frame;
  if (event.kind === 'message') return event.body.type === 'card' ? [] : [event.from];
  return 'user' in event && typeof event.user === 'number' ? [event.user] : [];
}

function message(to: number): Frame {
  return { type: 'send', to, body: { type: 'text', text: 'x' } };
}

function all(reply: string): string[] {
  return roles.map(() => reply);
}

type Frame = { type: ClientFrame['type'] } & Record<string, unknown>;
type Asked = Frame & { ref: string };
type Row = [name: string, frame: () => Frame, replies: string[], heard: string];
