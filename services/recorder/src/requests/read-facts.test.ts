import { clearChat } from '@parley/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupMessage, message, recall } from '../testing/entries.ts';
import { Fixture } from '../testing/fixture.ts';
import { readFacts } from './read-facts.ts';

let world: Fixture;
beforeAll(async () => {
  world = await Fixture.open();
});
afterAll(() => world[Symbol.asyncDispose]());

const nothing = { from: null, recalled: false };

describe('the facts of a message', () => {
  it('readFacts returns the facts of a direct message to both users, until they delete the message', async () => {
    const [a, b, c] = await world.users(3);
    await world.write(message(1, a, b), message(2, a, b), recall(a, b, 2, 7));
    const ask = (user: number, chat: number, id: number) => readFacts(world.db, { user, chat, group: false, id });
    expect([await ask(a, b, 1), await ask(b, a, 1)]).toEqual(Array(2).fill({ from: a, recalled: false }));
    expect(await ask(b, a, 2)).toEqual({ from: a, recalled: true });
    expect([await ask(a, b, 3), await ask(c, a, 1), await ask(a, c, 1)]).toEqual(Array(3).fill(nothing));
    await world.db.transaction().execute((tx) => clearChat(tx, b, a, 1));
    expect([await ask(b, a, 1), await ask(a, b, 1)]).toEqual([nothing, { from: a, recalled: false }]);
  });

  it('readFacts reports the owner and admins of a group as moderators of its messages', async () => {
    const [a, b, c] = await world.users(3);
    const group = await world.group([a, b, c]);
    await world.db.updateTable('group_members').set({ role: 'admin' }).where('user_id', '=', b).execute();
    await world.db.updateTable('group_members').set({ role: 'member' }).where('user_id', '=', c).execute();
    await world.write(groupMessage(5, a, group));
    const ask = (user: number) => readFacts(world.db, { user, chat: group, group: true, id: 5 });
    expect(await ask(b)).toEqual({ from: a, recalled: false, moderates: true });
    expect(await ask(c)).toEqual({ from: a, recalled: false });
  });

  it('readFacts returns the facts of a group message only to members who can see the message', async () => {
    const [a, b, c] = await world.users(3);
    const group = await world.group([a], 0);
    await world.write(groupMessage(5, a, group));
    await world.join(group, [b], 6);
    await world.write(groupMessage(7, a, group));
    const ask = (user: number, id: number) => readFacts(world.db, { user, chat: group, group: true, id });
    const known = { from: a, recalled: false };
    expect([await ask(a, 5), await ask(b, 5), await ask(b, 7), await ask(c, 7)]).toEqual([
      known,
      nothing,
      known,
      nothing,
    ]);
    await world.db.updateTable('groups').set({ history: 'all' }).where('id', '=', group).execute();
    expect([await ask(b, 5), await ask(c, 5)]).toEqual([known, nothing]);
  });
});
