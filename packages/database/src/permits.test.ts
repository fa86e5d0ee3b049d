import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMembers } from './add-members.ts';
import { type Database, openDatabase } from './open-database.ts';
import { bumpPermits, readPermits } from './permits.ts';

let db: Database;
beforeAll(async () => {
  db = openDatabase({ url: await testDatabase(), maxConnections: 12 });
});
afterAll(() => db.destroy());

describe('readPermits', () => {
  it("readPermits returns a user's friends and blocks, a group's members, or the kind `nobody` for an unknown id", async () => {
    const [a, b, c] = await users(3);
    await db
      .insertInto('friendships')
      .values([
        { user_id: a, friend_id: c },
        { user_id: a, friend_id: b },
      ])
      .execute();
    await db.insertInto('blocks').values({ user_id: a, blocked_id: c }).execute();
    const group = await createGroup(b);
    await addMembers(
      db,
      group,
      [
        { user: b, role: 'owner' },
        { user: a, role: 'member' },
      ],
      5,
    );
    expect(await readPermits(db, a)).toEqual({ kind: 'user', version: 0, contacts: [b, c], blocks: [c] });
    expect(await readPermits(db, b)).toEqual({ kind: 'user', version: 0, contacts: [], blocks: [] });
    expect(await readPermits(db, group)).toMatchObject({
      kind: 'group',
      version: 0,
      members: [a, b],
      floors: [
        [a, 5],
        [b, 5],
      ],
      mutes: [],
    });
    expect(await readPermits(db, 1)).toEqual({ kind: 'nobody' });
  });

  it('readPermits returns the kind `nobody` for a deleted user', async () => {
    const [a] = await users(1);
    await bumpPermits(db, [a]);
    await db.updateTable('users').set({ erased: 1 }).where('id', '=', a).execute();
    expect(await readPermits(db, a)).toEqual({ kind: 'nobody', version: 1 });
  });

  it('readPermits returns the kind `nobody` for a deactivated user until the user is reactivated', async () => {
    const [a] = await users(1);
    await bumpPermits(db, [a]);
    await db.updateTable('users').set({ deactivated: 1 }).where('id', '=', a).execute();
    expect(await readPermits(db, a)).toEqual({ kind: 'nobody', version: 1 });
    await bumpPermits(db, [a]);
    await db.updateTable('users').set({ deactivated: null }).where('id', '=', a).execute();
    expect(await readPermits(db, a)).toEqual({ kind: 'user', version: 2, contacts: [], blocks: [] });
  });

  it('readPermits returns the kind `nobody` for a dissolved group', async () => {
    const [a] = await users(1);
    const group = await createGroup(a);
    await addMembers(db, group, [{ user: a, role: 'owner' }], 5);
    await db.updateTable('groups').set({ dissolved: 1 }).where('id', '=', group).execute();
    expect(await readPermits(db, group)).toEqual({ kind: 'nobody', version: 0 });
  });
});

describe('bumpPermits', () => {
  it('bumpPermits assigns a different version to each concurrent change, and the greatest version includes all changes', async () => {
    const [me, ...others] = await users(11);
    const copies = await Promise.all(
      others.map((other) =>
        db.transaction().execute(async (tx) => {
          await bumpPermits(tx, other % 2 ? [me, other] : [other, me]);
          await tx.insertInto('friendships').values({ user_id: me, friend_id: other }).execute();
          return await readPermits(tx, me);
        }),
      ),
    );
    const seen = copies.map((copy) => (copy.kind === 'user' ? [copy.version, copy.contacts.length] : []));
    expect(seen.sort((x, y) => (x[0] ?? 0) - (y[0] ?? 0))).toEqual(others.map((_, index) => [index + 1, index + 1]));
  });
});

let count = 0;

async function users(n: number): Promise<[number, number, number, ...number[]]> {
  const rows = Array.from({ length: n }, () => ({ username: `user${++count}`, name: 'U' }));
  const created = await db.insertInto('users').values(rows).returning('id').execute();
  return created.map((row) => row.id) as [number, number, number, ...number[]];
}

async function createGroup(owner: number): Promise<number> {
  const row = { name: `group${++count}`, owner_id: owner };
  return (await db.insertInto('groups').values(row).returning('id').executeTakeFirstOrThrow()).id;
}
