import type { Pool } from '../open-database.ts';

/**
 * Returns the messages that are missing from their user's copy although the user did not clear
 * them.
 */
export async function findUnrecorded<M extends Copied>(pool: Pool, messages: readonly M[]): Promise<M[]> {
  const { rows } = await pool.query<{ place: number }>(find, [
    messages.map(({ user }) => user),
    messages.map(({ chat }) => chat),
    messages.map(({ id }) => id),
  ]);
  return rows.map(({ place }) => messages[place - 1] as M);
}

const find = `
  select d.place::int as place
  from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as d (user_id, chat_id, id, place)
  left join groups g on g.id = d.chat_id
  where g.dissolved is null
    and not exists (
      select from messages m
      where m.owner_id = case when g.id is null then d.user_id else d.chat_id end and m.peer_id = d.chat_id and m.id = d.id)
    and not exists (select from chats c where c.owner_id = d.user_id and c.peer_id = d.chat_id and d.id <= c.cleared_id)
    and exists (select from users u where u.id = d.user_id and u.erased is null)
  order by d.place`;

interface Copied {
  user: number;
  /** A user or group. */
  chat: number;
  id: number;
}
