import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { Kit, type Person } from './kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start({ env: { MAX_READERS: '4' } });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

let refs = 0;
const mark = (client: Client, chat: number, marks: { read: number } | { delivered: number }) =>
  client.ask({ type: 'mark', ref: `mark ${++refs}`, chat, ...marks });

type Readers = { read: number[]; delivered: number[]; users: { id: number; name: string }[] };
const readersOf = (person: Person, chat: number, message: number) =>
  person.call<Readers>('GET', `/chats/${chat}/messages/${message}/readers`);

/** Hides a user's read receipts. */
const hideReads = ({ id }: Person) =>
  kit.db
    .updateTable('users')
    .set({ privacy: JSON.stringify({ readReceipts: 'nobody' }) })
    .where('id', '=', id)
    .execute();

describe('the readers of a message in a group', () => {
  it('the sender of a group message sees which members have read it and which have only received it', async () => {
    const [ann, ben, cem, dora] = (await kit.people(4)) as [Person, Person, Person, Person];
    const group = await kit.group([ann, ben, cem]);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    await using c = await cem.connect(0);
    const { id } = await a.text(group, 'one');
    const later = await a.text(group, 'two');
    expect(await readersOf(ann, group, id)).toEqual({ read: [], delivered: [], users: [] });
    await mark(b, group, { read: id });
    await mark(c, group, { delivered: later.id });
    // A member who joined later has not received the message.
    await ann.call('PUT', `/groups/${group}/members/${dora.id}`);
    await using d = await dora.connect(0);
    await mark(d, group, { read: later.id });
    const { users, ...rest } = await readersOf(ann, group, id);
    expect([rest, users.map((user) => user.id)]).toEqual([{ read: [ben.id], delivered: [cem.id] }, [ben.id, cem.id]]);
    expect(await readersOf(ann, group, later.id)).toMatchObject({ read: [], delivered: [cem.id] });
  });

  it("only the sender of a message can read its list of readers, and only through the message's own chat", async () => {
    const [ann, ben, cem] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben]);
    await using a = await ann.connect(0);
    const { id } = await a.text(group, 'one');
    await expect(readersOf(ben, group, id)).rejects.toThrow('403 forbidden');
    await expect(readersOf(cem, group, id)).rejects.toThrow('404 not-found');
    await expect(readersOf(ann, ben.id, id)).rejects.toThrow('404 not-found');
    await expect(readersOf(ann, group, id + 1)).rejects.toThrow('404 not-found');
  });

  it('messages of a group with more than MAX_READERS members have no list of readers', async () => {
    const people = (await kit.people(5)) as [Person, ...Person[]];
    const group = await kit.group(people);
    await using a = await people[0].connect(0);
    const { id } = await a.text(group, 'one');
    await expect(readersOf(people[0], group, id)).rejects.toThrow('409 conflict');
  });

  it('a member who hides read receipts is listed as having received a message, and sees no readers of their own messages', async () => {
    const [ann, ben, cem] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben, cem]);
    await hideReads(cem);
    await using a = await ann.connect(0);
    await using b = await ben.connect(1);
    await using c = await cem.connect(0);
    const [one, two] = [await a.text(group, 'of Ann'), await c.text(group, 'of Cem')];
    await mark(a, group, { read: two.id });
    await mark(b, group, { read: two.id });
    await mark(c, group, { read: two.id });
    expect(await readersOf(ann, group, one.id)).toMatchObject({ read: [ben.id], delivered: [cem.id] });
    expect(await readersOf(cem, group, two.id)).toMatchObject({ read: [], delivered: [ann.id, ben.id] });
  });
});

it('between two users, the list of readers of a message contains the peer who has read it', async () => {
  const [ann, ben] = (await kit.people(2)) as [Person, Person];
  await using a = await ann.connect(0);
  await using b = await ben.connect(1);
  const { id } = await a.text(ben.id, 'one');
  expect(await readersOf(ann, ben.id, id)).toMatchObject({ read: [], delivered: [] });
  await mark(b, ann.id, { delivered: id });
  expect(await readersOf(ann, ben.id, id)).toMatchObject({ read: [], delivered: [ben.id] });
  await mark(b, ann.id, { read: id });
  expect(await readersOf(ann, ben.id, id)).toMatchObject({ read: [ben.id], delivered: [], users: [{ id: ben.id }] });
  await hideReads(ann);
  expect(await readersOf(ann, ben.id, id)).toMatchObject({ read: [], delivered: [ben.id] });
});
