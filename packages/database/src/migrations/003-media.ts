import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table media drop column conversation, drop column received',
  `alter table media
     add column width integer,
     add column height integer,
     add column duration double precision,
     add column thumbnail boolean not null default false`,
  'drop index media_expires',
  'create index media_expires on media (expires) where expires is not null',
  `create table media_shares (
    owner_id bigint not null,
    media_id bigint not null,
    peer_id bigint not null,
    message_id bigint not null,
    sender_id bigint not null,
    granted boolean not null,
    primary key (owner_id, media_id, peer_id, message_id)
  )`,
  'create index media_shares_granted on media_shares (media_id) where granted',
  'create index media_shares_waiting on media_shares (media_id, sender_id) where not granted',
  // Joins the message in its current state, so that a recalled, edited or cleared message grants
  // no access to the media file any more.
  `create function sees_media(who bigint, what bigint) returns boolean language sql stable as $$
    select exists (select from media where id = what and owner_id = who)
      or exists (
        select from media_shares s
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = s.owner_id and c.peer_id = s.peer_id
        where s.owner_id = who and s.media_id = what and s.granted
          and e.body ->> 'media' = what::text and e.id > coalesce(c.cleared_id, 0))
      or exists (
        select from group_members m
        join groups g on g.id = m.group_id and g.dissolved is null
        join media_shares s on s.owner_id = m.group_id and s.media_id = what and s.granted
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
        where m.user_id = who and e.body ->> 'media' = what::text
          and e.id > greatest(case when g.history = 'all' then 0 else m.joined_id end, coalesce(c.cleared_id, 0)))
  $$`,
];
