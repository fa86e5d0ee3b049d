import { type Kysely, sql } from 'kysely';

/**
 * Adds a table of messages that users deleted from their own copy of a chat. A deleted message no
 * longer grants this user access to the attached media file. The previous release still shows
 * deleted messages.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table hidden_messages (
    owner_id bigint not null,
    peer_id bigint not null,
    id bigint not null,
    sender_id bigint not null,
    primary key (owner_id, peer_id, id)
  )`,
  `create or replace function sees_media(who bigint, what bigint) returns boolean language sql stable as $$
    select exists (select from media where id = what and owner_id = who)
      or exists (
        select from media_shares s
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = s.owner_id and c.peer_id = s.peer_id
        where s.owner_id = who and s.media_id = what and s.granted
          and e.body ->> 'media' = what::text and e.id > coalesce(c.cleared_id, 0)
          and not exists (
            select from hidden_messages h where h.owner_id = who and h.peer_id = s.peer_id and h.id = e.id))
      or exists (
        select from group_members m
        join groups g on g.id = m.group_id and g.dissolved is null
        join media_shares s on s.owner_id = m.group_id and s.media_id = what and s.granted
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
        where m.user_id = who and e.body ->> 'media' = what::text
          and e.id > greatest(case when g.history = 'all' then 0 else m.joined_id end, coalesce(c.cleared_id, 0))
          and not exists (
            select from hidden_messages h where h.owner_id = who and h.peer_id = m.group_id and h.id = e.id))
  $$`,
];
