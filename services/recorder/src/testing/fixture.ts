import { addMembers, type Database, openDatabase, openPool, type Pool, writeBatch } from '@parley/database';
import { testDatabase } from '@parley/stack/test';
import { parseEntry } from '../entries/parse-entry.ts';
import { readJson } from '../entries/read-json.ts';

let names = 0;

/** A database for one test file, with functions that write record entries and read the result. */
export class Fixture implements AsyncDisposable {
  readonly db: Database;
  readonly pool: Pool;

  static async open(): Promise<Fixture> {
    return new Fixture(await testDatabase());
  }

  constructor(url: string) {
    this.db = openDatabase({ url, maxConnections: 8 });
    this.pool = openPool({ url, maxConnections: 4 }, { plan_cache_mode: 'force_generic_plan' });
  }

  /** Writes entries in one batch. Each entry is an object, as a stream contains it in JSON. */
  async write(...entries: object[]): Promise<void> {
    const parsed = entries.map((entry) => parseEntry(readJson(JSON.stringify(entry))));
    await writeBatch(this.pool, parsed, () => true);
  }

  /** Inserts users. Returns their ids. */
  async users(count: number): Promise<[number, number, number, ...number[]]> {
    const rows = Array.from({ length: count }, () => ({ username: `user${++names}`, name: 'U' }));
    const users = await this.db.insertInto('users').values(rows).returning('id').execute();
    return users.map((user) => user.id) as [number, number, number, ...number[]];
  }

  /** Inserts a group with the given members. `now` is the message id at which they joined. */
  async group(members: number[], now = 1): Promise<number> {
    const row = { name: `group${++names}`, owner_id: members[0] as number };
    const { id } = await this.db.insertInto('groups').values(row).returning('id').executeTakeFirstOrThrow();
    await this.join(id, members, now);
    return id;
  }

  async join(group: number, members: number[], now: number): Promise<void> {
    const rows = members.map((user) => ({ user, role: 'member' as const }));
    await this.db.transaction().execute((tx) => addMembers(tx, group, rows, now));
  }

  async chat(owner: number, peer: number) {
    const query = this.db.selectFrom('chats').selectAll().where('owner_id', '=', owner).where('peer_id', '=', peer);
    return await query.executeTakeFirst();
  }

  async message(owner: number, peer: number, id: number) {
    const query = this.db.selectFrom('messages').selectAll().where('owner_id', '=', owner).where('peer_id', '=', peer);
    return await query.where('id', '=', id).executeTakeFirst();
  }

  /** Returns the number of a member's unread messages. */
  async groupUnread(group: number, user: number): Promise<number> {
    const row = await this.db
      .selectFrom('groups as g')
      .innerJoin('group_members as m', 'm.group_id', 'g.id')
      .select((eb) => eb('g.message_count', '-', eb.ref('m.seen_count')).as('unread'))
      .where('g.id', '=', group)
      .where('m.user_id', '=', user)
      .executeTakeFirstOrThrow();
    return row.unread;
  }

  /** Returns all data that the recorder writes, so that a test can compare two states. */
  async everything(): Promise<unknown> {
    return {
      messages: await this.db
        .selectFrom('messages')
        .selectAll()
        .orderBy('owner_id')
        .orderBy('peer_id')
        .orderBy('id')
        .execute(),
      // Omits `run_id`, because only the upsert of chats uses it.
      chats: (await this.db.selectFrom('chats').selectAll().orderBy('owner_id').orderBy('peer_id').execute()).map(
        ({ run_id: _, ...chat }) => chat,
      ),
      groups: await this.db.selectFrom('groups').selectAll().orderBy('id').execute(),
      members: await this.db.selectFrom('group_members').selectAll().orderBy('group_id').orderBy('user_id').execute(),
      early: await this.db
        .selectFrom('early_changes')
        .selectAll()
        .orderBy('owner_id')
        .orderBy('peer_id')
        .orderBy('id')
        .execute(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.destroy();
    await this.pool.end();
  }
}
