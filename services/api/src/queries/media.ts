import { type Database, grantWaiting } from '@parley/database';
import type { Media } from '@parley/protocol';
import { sql } from 'kysely';

/**
 * Adds the row of a new upload. Concurrent calls for one user wait for each other, so that they
 * cannot exceed the quota together.
 *
 * @param quota maximum bytes of all stored uploads of the owner. 0: no limit
 * @throws QuotaExceeded
 */
export async function insertWithinQuota(db: Database, quota: number, media: NewMedia): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (quota > 0) {
      await sql`select pg_advisory_xact_lock(hashtextextended('media quota ' || ${media.owner_id}::bigint, 0))`.execute(
        tx,
      );
      if ((await countStored(tx, media.owner_id)) + media.size > quota) throw new QuotaExceeded(quota);
    }
    await tx.insertInto('media').values(media).execute();
  });
}

/**
 * Returns the total bytes of a user's stored uploads. Unfinished uploads count with their declared
 * size.
 */
async function countStored(db: Database, owner: number): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select coalesce(sum(size), 0)::bigint as bytes from media where owner_id = ${owner}`.execute(db);
  return rows[0]?.bytes ?? 0;
}

/** Thrown if the files of a user would exceed the user's quota. */
export class QuotaExceeded extends Error {
  override name = 'QuotaExceeded';

  constructor(quota: number) {
    super(`Your files may take ${Math.floor(quota / 1024 / 1024)} MiB in all. Delete some that you no longer need.`);
  }
}

export async function getMedia(db: Database, id: number): Promise<MediaRow | undefined> {
  return await db.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Marks an upload as complete and stores its detected type. Returns false if the upload was already
 * complete or was deleted.
 */
export async function finishMedia(db: Database, id: number, found: Finding): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('media')
    .set({ ...found, state: 'ready' })
    .where('id', '=', id)
    .where('state', '=', 'uploading')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/**
 * Makes a media file permanent, so that the sweeper does not delete it even if no message contains
 * it.
 */
export async function keepMedia(db: Database, id: number): Promise<void> {
  await db.updateTable('media').set({ expires: null }).where('id', '=', id).where('state', '=', 'ready').execute();
}

/** Deletes an upload that no message contains. Returns false if it was sent or does not exist. */
export async function deleteUnsent(db: Database, id: number): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    await tx.selectFrom('media').select('id').where('id', '=', id).forUpdate().execute();
    const { numDeletedRows } = await tx.deleteFrom('media').where('id', '=', id).where(unused).executeTakeFirst();
    return numDeletedRows === 1n;
  });
}

/**
 * SQL condition that a media file can be deleted: no message contains it, no legal hold preserves
 * it, and it is not an avatar.
 * Use the condition in a statement after the one that locks the row. Sharing also locks the row, so
 * the file cannot be shared between the two statements.
 */
export const unused = sql<boolean>`
  not exists (select from media_shares s where s.media_id = media.id and s.granted)
  and not exists (select from preserved_messages p where p.media_id = media.id)
  and not exists (select from users u where u.id = media.owner_id and u.avatar = '/v1/media/' || media.id)
  and not exists (
    select from group_members m join groups g on g.id = m.group_id
    where m.user_id = media.owner_id and g.avatar = '/v1/media/' || media.id)`;

/**
 * Returns whether a user is allowed to read a media file. True if the user owns the file, if a
 * message of the user or of one of the user's groups contains it, or if it is the avatar that its
 * owner chose. True also if an owner or admin of a group owns the file and it is the group's
 * avatar, and the user is a member or can find the group.
 */
export async function seesMedia(db: Database, user: number, media: number): Promise<boolean> {
  if (await seesNow(db, user, media)) return true;
  return (await grantWaiting(db, media, Date.now())) && (await seesNow(db, user, media));
}

async function seesNow(db: Database, user: number, media: number): Promise<boolean> {
  const { rows } = await sql<{ sees: boolean }>`
    select sees_media(${user}, ${media}) or exists (
      select from media f join users u on u.id = f.owner_id
      where f.id = ${media} and u.avatar = '/v1/media/' || f.id
    ) or exists (
      select from media f
      join group_members o on o.user_id = f.owner_id and o.role <> 'member'
      join groups g on g.id = o.group_id and g.dissolved is null and g.avatar = '/v1/media/' || f.id
      where f.id = ${media} and (
        g.visibility <> 'private' or exists (select from group_members m where m.group_id = g.id and m.user_id = ${user}))
    ) as sees`.execute(db);
  return rows[0]?.sees === true;
}

/**
 * Returns whether a media file is the avatar of a group and belongs to the group's owner or an
 * admin. Without the check of ownership, a group owner could set another user's file as avatar and
 * thereby read it.
 */
export async function isGroupPicture(db: Database, group: number, media: number): Promise<boolean> {
  const { rows } = await sql`
    select from media f
    join group_members o on o.user_id = f.owner_id and o.group_id = ${group} and o.role <> 'member'
    join groups g on g.id = ${group} and g.avatar = '/v1/media/' || f.id
    where f.id = ${media}`.execute(db);
  return rows.length > 0;
}

/**
 * Returns the greatest message id in a user's chat that PostgreSQL has, or up to which the user
 * cleared the chat. Undefined if the user is not a member of the group.
 */
export async function recordedUpTo(
  db: Database,
  user: number,
  peer: number,
  group: boolean,
): Promise<number | undefined> {
  const { rows } = group
    ? await sql<{ id: number }>`
        select greatest(g.last_id, c.cleared_id, m.joined_id) as id
        from group_members m join groups g on g.id = m.group_id and g.dissolved is null
        left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
        where m.group_id = ${peer} and m.user_id = ${user}`.execute(db)
    : await sql<{ id: number }>`
        select coalesce(max(greatest(last_id, cleared_id)), 0) as id
        from chats where owner_id = ${user} and peer_id = ${peer}`.execute(db);
  return rows[0]?.id;
}

/** Converts a media row to the form that clients receive. */
export function toMedia({ id, name, size, mime, width, height, duration }: MediaRow): Media {
  return {
    id,
    name,
    size,
    mime,
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(duration === null ? {} : { duration }),
  };
}

export interface MediaRow extends NewMedia {
  thumbnail: boolean;
  state: 'uploading' | 'ready';
  created: number;
}

export interface NewMedia {
  id: number;
  owner_id: number;
  name: string;
  mime: string;
  size: number;
  width: number | null;
  height: number | null;
  duration: number | null;
  storage_key: string;
  expires: number | null;
}

/**
 * Properties that were detected in a complete upload. `expires` is when the file is deleted if no
 * message contains it by then.
 */
export type Finding = Pick<MediaRow, 'mime' | 'width' | 'height' | 'duration' | 'thumbnail' | 'expires'>;
