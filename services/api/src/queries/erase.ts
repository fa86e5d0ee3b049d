import { type Database, expireUnshared } from '@parley/database';
import { CompiledQuery, sql } from 'kysely';

/**
 * Returns the users to notify when a user is deleted (friends, and the other users of pending
 * friend requests), and the groups of the user.
 */
export async function readTies(db: Database, user: number): Promise<Ties> {
  const { rows } = await sql<Ties>`
    select array(select friend_id from friendships where user_id = ${user} order by 1) as friends,
      array(select case when from_id = ${user} then to_id else from_id end from friend_requests
        where state = 'pending' and ${user} in (from_id, to_id) order by 1) as asked,
      array(select group_id from group_members where user_id = ${user} order by 1) as groups`.execute(db);
  return rows[0] as Ties;
}

/** Returns all users who share a chat with a user. */
export async function readPeers(db: Database, user: number): Promise<number[]> {
  const { rows } = await sql<{ peer: number }>`
    select peer_id as peer from chats where owner_id = ${user} and peer_id <> ${user} and not is_group and last_id > 0`.execute(
    db,
  );
  return rows.map((row) => row.peer);
}

/**
 * Returns the user who becomes the owner of a group when its owner leaves: the admin who joined
 * first, else the member who joined first. Undefined if there is no other member.
 */
export async function findSuccessor(db: Database, group: number, user: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select user_id as id from group_members where group_id = ${group} and user_id <> ${user}
    order by role = 'admin' desc, joined, user_id limit 1`.execute(db);
  return rows[0]?.id;
}

/**
 * Deletes all personal data of a user: profile, friends, requests, friend groups, blocks and
 * sessions. The user's id is not used again. Returns the ended sessions and the former external id.
 */
export async function eraseUser(tx: Database, user: number, now: number): Promise<Erased> {
  const { rows } = await sql<{
    external: string | null;
  }>`select external_id as external from users where id = ${user}`.execute(tx);
  await tx
    .updateTable('users')
    .set({
      username: `~${user}`,
      name: 'Deleted user',
      ...{
        avatar: null,
        sign: '',
        custom: null,
        quiet_hours: null,
        password_hash: null,
        external_id: null,
        erased: now,
        deactivated: now,
      },
      ...{ email: null, totp_secret: null, totp_pending: null, privacy: '{}' },
    })
    .where('id', '=', user)
    .execute();
  await sql`delete from friendships where user_id = ${user} or friend_id = ${user}`.execute(tx);
  await sql`delete from friend_requests where from_id = ${user} or to_id = ${user}`.execute(tx);
  await sql`delete from friend_groups where user_id = ${user}`.execute(tx);
  await sql`delete from recovery_codes where user_id = ${user}`.execute(tx);
  await sql`delete from account_tokens where user_id = ${user}`.execute(tx);
  await sql`delete from blocks where user_id = ${user}`.execute(tx);
  await sql`delete from drafts where owner_id = ${user}`.execute(tx);
  await sql`delete from group_bans where user_id = ${user}`.execute(tx);
  await sql`delete from join_requests where user_id = ${user}`.execute(tx);
  await sql`delete from reports where reporter_id = ${user}`.execute(tx);
  await sql`delete from push_subscriptions where user_id = ${user}`.execute(tx);
  const { rows: sessions } = await sql<{
    id: string;
  }>`delete from sessions where user_id = ${user} returning id`.execute(tx);
  return { sessions: sessions.map((session) => session.id), external: rows[0]?.external ?? null };
}

/**
 * Counts the data about a user that stays after a deletion: files of the user that others received,
 * blocks of the user by others, and reports about the user.
 */
export async function countLeft(db: Database, user: number): Promise<Left> {
  const { rows } = await sql<Left>`
    select (select count(*) from media m where m.owner_id = ${user} and exists (
        select from media_shares s where s.media_id = m.id and s.owner_id <> ${user} and s.granted)) as media,
      (select count(*) from blocks where blocked_id = ${user}) as blocks,
      (select count(*) from reports where user_id = ${user}) as reports`.execute(db);
  return rows[0] as Left;
}

/**
 * Deletes up to `limit` messages from a deleted user's copies of chats. Returns the number of
 * deleted rows.
 */
export async function deleteCopies(db: Database, user: number, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from messages where owner_id = ${user} and (peer_id, id) in (
      select peer_id, id from messages where owner_id = ${user} limit ${limit})`.execute(db);
  return Number(numAffectedRows);
}

/**
 * Deletes the remaining rows of a deleted user. Files that no message of another user contains
 * expire, and the media sweeper deletes them later.
 */
export async function deleteRest(tx: Database, user: number): Promise<void> {
  await sql`delete from chats where owner_id = ${user}`.execute(tx);
  await sql`delete from early_changes where owner_id = ${user}`.execute(tx);
  await sql`delete from hidden_messages where owner_id = ${user}`.execute(tx);
  await sql`delete from pins where owner_id = ${user}`.execute(tx);
  const { rows } = await sql<{ media: number }>`
    delete from media_shares where owner_id = ${user} returning media_id as media`.execute(tx);
  await tx.executeQuery(CompiledQuery.raw(expireUnshared, [[...new Set(rows.map((row) => row.media))]]));
  await sql`update media set expires = 0 where owner_id = ${user}`.execute(tx);
}

export interface Ties {
  friends: number[];
  asked: number[];
  groups: number[];
}

interface Left {
  media: number;
  blocks: number;
  reports: number;
}

interface Erased {
  sessions: string[];
  external: string | null;
}
