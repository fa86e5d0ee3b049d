import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool, type Pool } from '../open-database.ts';
import { findUnrecorded } from './find-unrecorded.ts';
import { verifyDatabase } from './verify-database.ts';

let pool: Pool;
beforeAll(async () => {
  const url = await testDatabase();
  pool = openPool({ url });
});
afterAll(() => pool?.end());

/** Ann and Ben have written to each other and in a group. Ben has read up to message 11. */
beforeEach(async () => {
  await pool.query('truncate users, groups, messages, chats, early_changes, pins, hidden_messages cascade');
  await pool.query(`insert into users (id, username, name) values (1, 'ann', 'Ann'), (2, 'ben', 'Ben')`);
  await pool.query('insert into friendships (user_id, friend_id) values (1, 2), (2, 1)');
  await pool.query(`
    insert into messages (owner_id, peer_id, id, sender_id, body, ref)
    select o, 3 - o, id, 1, jsonb_build_object('type', 'text', 'text', id), case o when 1 then 'r' || id end
    from generate_series(10, 13) id, generate_series(1, 2) o`);
  await pool.query(`
    insert into chats (owner_id, peer_id, unread, read_id, delivered_id, peer_read_id, peer_delivered_id, last_id, last_sender, last_body)
    values (1, 2, 0, 0, 0, 11, 13, 13, 1, '{"text": 13, "type": "text"}'), (2, 1, 2, 11, 13, 0, 0, 13, 1, '{"text": 13, "type": "text"}')`);
  await pool.query(`
    insert into groups (id, name, owner_id, message_count, last_id, last_sender, last_body)
    values (9, 'Nine', 1, 3, 22, 1, '{"text": 22, "type": "text"}')`);
  await pool.query(`
    insert into messages (owner_id, peer_id, id, sender_id, body, ref)
    select 9, 9, id, 1, jsonb_build_object('type', 'text', 'text', id), 'g' || id from generate_series(20, 22) id`);
  await pool.query(`
    insert into group_members (group_id, user_id, role, seen_id, seen_count)
    values (9, 1, 'owner', 0, 3), (9, 2, 'member', 20, 1)`);
});

async function faults(): Promise<string[]> {
  return (await verifyDatabase(pool)).filter((each) => each.faults > 0).map(({ name }) => name);
}

describe('verifyDatabase', () => {
  it('verifyDatabase finds no faults in valid data', async () => {
    expect(await faults()).toEqual([]);
  });

  it("verifyDatabase accepts that a chat lacks the peer's read mark if either user hides read marks or once did", async () => {
    await pool.query('update chats set peer_read_id = 10 where owner_id = 1');
    expect(await faults()).toEqual(['marks']);
    for (const user of [1, 2]) {
      await pool.query(`update users set privacy = '{"readReceipts": "everyone"}' where id = $1`, [user]);
      expect(await faults()).toEqual([]);
      await pool.query(`update users set privacy = '{}'`);
    }
    await pool.query(`update users set privacy = '{"readReceipts": "nobody"}'`);
    await pool.query('update chats set peer_read_id = 12 where owner_id = 1');
    expect(await faults()).toEqual(['marks']);
  });

  it.each<[string, string, string[]]>([
    ['a copy that was dropped', 'delete from messages where owner_id = 2 and id = 11', ['copies']],
    ['copies that say different things', `update messages set body = '{}' where owner_id = 2 and id = 12`, ['copies']],
    ['a recall that reached one copy', 'update messages set recalled = 5 where owner_id = 1 and id = 12', ['copies']],
    [
      'a message that was recorded twice',
      `insert into messages (owner_id, peer_id, id, sender_id, body, ref)
       select 9, 9, id, 1, '{}', 'g30' from generate_series(11000000000000, 11000000000001) id`,
      ['group-count', 'group-unread', 'last', 'once'],
    ],
    ['a wrong unread count', 'update chats set unread = 3 where owner_id = 2', ['unread']],
    ['a wrong count of a group', 'update groups set message_count = 4', ['group-count', 'group-unread']],
    ['a wrong unread count of a member', 'update group_members set seen_count = 0 where user_id = 2', ['group-unread']],
    ['a last message that is not the last', 'update chats set last_id = 12 where owner_id = 1', ['last']],
    ['a read mark the peer was not told of', 'update chats set peer_read_id = 0 where owner_id = 1', ['marks']],
    [
      'a message of someone who has no part in it',
      'update messages set sender_id = 7 where owner_id < 3 and id = 10',
      ['senders', 'unread'],
    ],
    [
      'messages of a group that was dissolved long ago',
      'update groups set dissolved = now_ms() - 3600000',
      ['dissolved'],
    ],
    ['an id of a user and a group', `insert into users (id, username, name) values (9, 'nine', 'Nine')`, ['ids']],
    [
      'messages of a former owner of the id',
      `insert into users (username, name) values ('new', 'New');
       insert into messages (owner_id, peer_id, id, sender_id) select max(id), max(id), 11000000000000, max(id) from users where username = 'new';
       insert into chats (owner_id, peer_id, last_id, last_sender) select max(id), max(id), 11000000000000, max(id) from users where username = 'new'`,
      ['ids'],
    ],
    [
      'a pin that reached one copy',
      `insert into pins (owner_id, peer_id, id, user_id, date, active) values (1, 2, 10, 1, 5, true)`,
      ['pins'],
    ],
    [
      'a removed pin that reached one copy',
      `insert into pins (owner_id, peer_id, id, user_id, date, active) values (1, 2, 10, 1, 5, true), (2, 1, 10, 1, 6, false)`,
      ['pins'],
    ],
    [
      'copies that say different dates of a pin',
      `insert into pins (owner_id, peer_id, id, user_id, date, active) values (1, 2, 10, 1, 5, true), (2, 1, 10, 1, 6, true)`,
      ['pins'],
    ],
    [
      'a hidden message that the chat lacks',
      'insert into hidden_messages (owner_id, peer_id, id, sender_id) values (2, 1, 99, 1)',
      ['hidden'],
    ],
    [
      'a hidden message of another chat',
      'insert into hidden_messages (owner_id, peer_id, id, sender_id) values (2, 9, 10, 1)',
      ['hidden'],
    ],
    ['a member who is banned', 'insert into group_bans (group_id, user_id, by_id) values (9, 2, 1)', ['bans']],
    [
      'a request to join of someone who is banned',
      `delete from group_members where user_id = 2;
       insert into group_bans (group_id, user_id, by_id) values (9, 2, 1);
       insert into join_requests (group_id, user_id) values (9, 2)`,
      ['bans'],
    ],
    [
      'a message that was imported twice',
      `insert into messages (owner_id, peer_id, id, sender_id, body, ref)
       select 9, 9, id, 1, '{}', 'i1' from generate_series(4096000, 4096001) id`,
      ['group-count', 'group-unread', 'imported', 'last'],
    ],
    ['messages without their chat', 'delete from chats where owner_id = 1', ['marks', 'orphans']],
    ['a friendship that has one side', 'delete from friendships where user_id = 1', ['orphans']],
  ])('verifyDatabase finds %s', async (_, plant, found) => {
    await pool.query(plant);
    expect((await faults()).sort()).toEqual(found);
  });

  it('verifyDatabase accepts a missing copy of messages if the owner cleared them', async () => {
    await pool.query('delete from messages where owner_id = 2');
    await pool.query(
      'update chats set cleared_id = 13, unread = 0, last_sender = null, last_body = null where owner_id = 2',
    );
    expect(await faults()).toEqual([]);
  });

  it('verifyDatabase accepts valid pins and hidden messages, in cleared copies and in groups too', async () => {
    await pool.query(`insert into pins (owner_id, peer_id, id, user_id, date, active)
      values (1, 2, 10, 1, 5, true), (1, 2, 11, 2, 6, true), (2, 1, 11, 2, 6, true), (9, 9, 20, 1, 5, true)`);
    await pool.query(
      'insert into hidden_messages (owner_id, peer_id, id, sender_id) values (2, 1, 11, 1), (2, 9, 21, 1)',
    );
    await pool.query('delete from messages where owner_id = 2 and id = 10');
    await pool.query('update chats set cleared_id = 10 where owner_id = 2');
    expect(await faults()).toEqual([]);
  });

  it('verifyDatabase returns the number of faults and some examples of each check', async () => {
    await pool.query('delete from messages where owner_id = 2');
    const [copies] = await verifyDatabase(pool);
    expect(copies).toMatchObject({ faults: 4 });
    expect(copies?.examples[0]).toContain('missing in the copy of 2');
  });
});

describe('findUnrecorded', () => {
  it('findUnrecorded returns messages that are in no copy, except cleared ones', async () => {
    const told = [10, 11, 14].map((id) => ({ user: 2, chat: 1, id }));
    expect(await findUnrecorded(pool, [...told, { user: 2, chat: 9, id: 21 }])).toEqual([told[2]]);
    await pool.query('update chats set cleared_id = 14 where owner_id = 2');
    expect(await findUnrecorded(pool, told)).toEqual([]);
  });
});
