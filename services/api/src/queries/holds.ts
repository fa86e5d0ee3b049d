import type { Database } from '@parley/database';
import { type Custom, messageDate, type ReceivedBody } from '@parley/protocol';
import { sql } from 'kysely';
import { omitNullCustom } from './custom.ts';

/**
 * Returns the id of a user with this Parley id or external id, also of a deleted user. Undefined if
 * there never was such a user.
 */
export async function findUserToHold(db: Database, user: number | string): Promise<number | undefined> {
  const column = typeof user === 'number' ? 'id' : 'external_id';
  return (await db.selectFrom('users').select('id').where(column, '=', user).executeTakeFirst())?.id;
}

/**
 * Returns the id of a group with this Parley id or external id, also of a dissolved group.
 * Undefined if there never was such a group.
 */
export async function findGroupToHold(db: Database, group: number | string): Promise<number | undefined> {
  const column = typeof group === 'number' ? 'id' : 'external_id';
  return (await db.selectFrom('groups').select('id').where(column, '=', group).executeTakeFirst())?.id;
}

/**
 * Puts a user or group on legal hold. If it is on hold already, changes only the reason. `created`
 * is false then.
 */
export async function putHold(db: Database, hold: NewHold): Promise<{ hold: Hold; created: boolean }> {
  const { id, kind, reason, by } = hold;
  const { rows } = await sql<{ created: boolean }>`
    insert into legal_holds (id, kind, reason, created_by) values (${id}, ${kind}, ${reason}, ${by})
    on conflict (id) do update set reason = excluded.reason
    returning xmax = 0 as created`.execute(db);
  const [stored] = await holds(db).where('h.id', '=', id).execute();
  return { hold: stored as Hold, created: rows[0]?.created === true };
}

/** Lists legal holds with ids above `after`, ordered by id. */
export async function listHolds(db: Database, after: number, limit: number): Promise<Hold[]> {
  return await holds(db).where('h.id', '>', after).orderBy('h.id').limit(limit).execute();
}

/** Ends a legal hold. Returns false if there is none. */
export async function endHold(db: Database, id: number): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('legal_holds').where('id', '=', id).executeTakeFirst();
  return numDeletedRows === 1n;
}

/**
 * Lists the preserved versions of messages that a user or group owns, sent or received, in the
 * order in which they were preserved. Includes those of a hold that has ended, until the retention
 * deletes them.
 */
export async function listPreserved(db: Database, id: number, after: number, limit: number): Promise<Preserved[]> {
  const { rows } = await sql<Omit<Preserved, 'date' | 'custom'> & { custom: Custom | null }>`
    select p.id, p.owner_id as owner, p.peer_id as peer, p.message_id as message, p.sender_id as "from",
      p.reply_to as "replyTo", p.edited, p.body, p.custom, p.cause, p.preserved, f.storage_key as "storageKey"
    from preserved_messages p left join media f on f.id = p.media_id
    where (p.owner_id = ${id} or p.peer_id = ${id} or p.sender_id = ${id}) and p.id > ${after}
    order by p.id limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...omitNullCustom(row), date: messageDate(row.message) }));
}

/**
 * Deletes at most `limit` preserved messages that no legal hold covers any more. Their media files
 * expire, so that the media sweeper deletes those that no other message contains. Returns the
 * number of deleted rows.
 */
export async function deleteReleased(tx: Database, limit: number): Promise<number> {
  const { rows } = await sql<{ media: number | null }>`
    delete from preserved_messages where id in (
      select p.id from preserved_messages p
      where not exists (select from legal_holds h where h.id in (p.owner_id, p.peer_id, p.sender_id))
      limit ${limit})
    returning media_id as media`.execute(tx);
  const media = [...new Set(rows.flatMap((row) => row.media ?? []))];
  await sql`
    update media set expires = 0
    where id = any(${media}::bigint[]) and not exists (
      select from media_shares s where s.media_id = media.id)`.execute(tx);
  return rows.length;
}

function holds(db: Database) {
  return db
    .selectFrom('legal_holds as h')
    .leftJoin('users as u', 'u.id', 'h.id')
    .leftJoin('groups as g', 'g.id', 'h.id')
    .select(['h.id', 'h.kind', 'h.reason', 'h.created_by as by'])
    .select(sql<string | null>`coalesce(u.external_id, g.external_id)`.as('externalId'))
    .select(sql<number>`h.created`.as('created'));
}

interface NewHold {
  id: number;
  kind: 'user' | 'group';
  reason: string;
  /** Name of the API key that creates the hold. */
  by: string;
}

export interface Hold extends NewHold {
  externalId: string | null;
  created: number;
}

/** A version of a message that was deleted or changed during a legal hold. */
interface Preserved {
  id: number;
  owner: number;
  peer: number;
  message: number;
  from: number;
  /** Unix ms. */
  date: number;
  replyTo: number | null;
  edited: number | null;
  body: ReceivedBody;
  custom?: Custom;
  cause: 'deleted' | 'changed';
  preserved: number;
  /** Where the media store has the file of the message. Null if it contains none. */
  storageKey: string | null;
}
