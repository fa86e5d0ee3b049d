import type { EventOf } from '@parley/protocol';
import { readMembers } from '@parley/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { expectGapless } from '../gateway/expect-gapless.ts';
import { Kit, type Person } from './kit.ts';

/** Number of messages of each writer. */
const COUNT = 40;

describe.each([
  ['a Redis server', false],
  ['a Redis Cluster', true],
])('while members come and go, over %s', (_, cluster) => {
  let kit: Kit;
  const clients: Client[] = [];
  beforeAll(async () => {
    kit = await Kit.start({ cluster });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(() => kit?.[Symbol.asyncDispose]());

  it('while some members join and leave a group, the other members get every message once and in one order', async () => {
    const people = await kit.people(5);
    const [ann, ben, carl, dora, emil] = people as [Person, Person, Person, Person, Person];
    const group = await kit.group([ann, ben, carl, dora]);
    clients.push(...(await Promise.all(people.map((person, i) => person.connect(i)))));
    const [a, b, c, d, e] = clients as [Client, Client, Client, Client, Client];
    const guests = [new Guest(dora, d, true), new Guest(emil, e, false)];

    const write = async (client: Client, writer: number) => {
      for (let n = 0; n < COUNT; n += 1) {
        const text = `${writer}/${n}`;
        const before = guests.map(({ turn }) => turn);
        await client.text(group, text);
        for (const [i, guest] of guests.entries()) if (guest.turn === before[i]) guest.sent(text);
      }
    };
    const move = async () => {
      for (let round = 0; round < 6; round += 1) {
        for (const guest of guests) {
          await guest.change(() =>
            ann.call(guest.is ? 'DELETE' : 'PUT', `/groups/${group}/members/${guest.person.id}`),
          );
        }
      }
    };
    await Promise.all([a, b, c].map(write).concat(move()));

    for (const client of [a, b, c]) {
      await client.until(
        () => client.heard.length >= 3 * COUNT,
        () => `heard ${client.heard}`,
      );
      expect(client.heard).toEqual(a.heard);
      expectGapless(client);
    }
    for (let writer = 0; writer < 3; writer += 1) {
      const texts = a.heard.filter((text) => text.startsWith(`${writer}/`));
      expect(texts).toEqual(Array.from({ length: COUNT }, (_, n) => `${writer}/${n}`));
    }
    for (const { client, owed, withheld } of guests) {
      await client.settled();
      const { heard } = client;
      expectGapless(client);
      expect(heard).toEqual(a.heard.filter((text) => heard.includes(text)));
      expect(heard).toEqual(expect.arrayContaining(owed));
      expect(withheld.filter((text) => heard.includes(text))).toEqual([]);
    }
    expect(guests.every(({ owed, withheld }) => owed.length > 0 && withheld.length > 0)).toBe(true);
    expect((await readMembers(kit.link, group)).sort()).toEqual([ann, ben, carl, dora].map(({ id }) => id).sort());
    await kit.recorded();
    expect(await ben.texts(group)).toEqual(a.heard);
    expect((await ben.chat(group)).unread).toBe(2 * COUNT);
  }, 60_000);

  it('joins and leaves reach all members in the order in which they happened', async () => {
    const [ann, ben, carl] = (await kit.people(3)) as [Person, Person, Person];
    const group = await kit.group([ann, ben]);
    clients.push(await ann.connect(0), await ben.connect(1));
    for (let i = 0; i < 5; i += 1) {
      await ann.call('PUT', `/groups/${group}/members/${carl.id}`);
      await carl.call('POST', `/groups/${group}/leave`);
    }
    for (const client of clients) {
      await client.untilEvents(10);
      const changes = client.events.map(({ event }) => (event as EventOf<'group'>).change);
      expect(changes).toEqual(Array(5).fill(['joined', 'left']).flat());
    }
  });
});

/** A user who repeatedly joins and leaves the group. */
class Guest {
  readonly person: Person;
  readonly client: Client;
  /** Whether the user is in the group. Not valid while that changes. */
  is: boolean;
  /** Increases when a change begins and when it ends, so it is odd during a change. */
  turn = 0;
  /** Messages that the user must have received. */
  readonly owed: string[] = [];
  /** Messages that the user must not have received. */
  readonly withheld: string[] = [];

  constructor(person: Person, client: Client, is: boolean) {
    this.person = person;
    this.client = client;
    this.is = is;
  }

  async change(work: () => Promise<unknown>): Promise<void> {
    this.turn += 1;
    await work();
    this.is = !this.is;
    this.turn += 1;
  }

  /** Called when a message was sent and acknowledged. Ignores it if the membership was changing. */
  sent(text: string): void {
    if (this.turn % 2 === 0) (this.is ? this.owed : this.withheld).push(text);
  }
}
