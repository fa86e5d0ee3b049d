import { readMembers } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit, type Person } from './kit.ts';

const MEMBERS = 200;
let kit: Kit;
let people: Person[];
let group: number;
beforeAll(async () => {
  kit = await Kit.start();
  people = await kit.people(MEMBERS + 1);
  group = await kit.group(people.slice(0, MEMBERS));
});
afterAll(() => kit?.[Symbol.asyncDispose]());

describe('full groups', () => {
  it('a group that has its maximum of members rejects another member', async () => {
    const [owner, late] = [people[0] as Person, people[MEMBERS] as Person];
    await expect(owner.call('PUT', `/groups/${group}/members/${late.id}`)).rejects.toThrow('409 group-full');
    expect(await readMembers(kit.link, group)).toHaveLength(MEMBERS);
  });

  it('in a group with the maximum of members, each message reaches all members in one order and is stored in one row', async () => {
    const members = people.slice(0, MEMBERS);
    const clients = await Promise.all(members.map((person, i) => person.connect(i)));
    const senders = [0, 1, 2, 3].map((i) => ({ i, texts: Array.from({ length: 5 }, (_, n) => `${i}/${n}`) }));
    const sent = senders.flatMap(({ texts }) => texts);
    await Promise.all(senders.map(({ i, texts }) => clients[i]?.texts(group, texts)));
    for (const client of clients) {
      await client.until(
        () => client.heard.length >= sent.length,
        () => `heard ${client.heard}`,
      );
      expect(client.heard).toEqual(clients[0]?.heard);
    }
    for (const { i, texts } of senders) {
      expect(clients[0]?.heard.filter((text) => text.startsWith(`${i}/`))).toEqual(texts);
    }
    await kit.recorded();
    const rows = await kit.db.selectFrom('messages').select('owner_id').execute();
    expect(rows).toEqual(sent.map(() => ({ owner_id: group })));
    expect(await kit.db.selectFrom('chats').select('owner_id').execute()).toEqual([]);
    const unread = await Promise.all(members.slice(0, 10).map(async (person) => (await person.chat(group)).unread));
    expect(unread).toEqual([15, 15, 15, 15, 20, 20, 20, 20, 20, 20]);
    await Promise.all(clients.map((client) => client.close()));
  }, 60_000);
});
