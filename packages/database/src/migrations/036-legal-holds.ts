import { type Kysely, sql } from 'kysely';

/**
 * Adds legal holds. While a user or group is on hold, triggers copy each message of it that a
 * statement deletes or changes to `preserved_messages`. Triggers, because then every service
 * preserves messages, also those of the previous release, and no future code can forget to do so.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table legal_holds (
    id bigint primary key,
    kind text not null check (kind in ('user', 'group')),
    reason text not null,
    created_by text not null,
    created bigint not null default now_ms()
  )`,
  `create table preserved_messages (
    id bigint generated always as identity primary key,
    owner_id bigint not null,
    peer_id bigint not null,
    message_id bigint not null,
    sender_id bigint not null,
    reply_to bigint,
    edited bigint,
    body jsonb not null,
    custom jsonb,
    mentions bigint[],
    media_id bigint,
    cause text not null check (cause in ('deleted', 'changed')),
    preserved bigint not null default now_ms()
  )`,
  'create index preserved_messages_owner on preserved_messages (owner_id, id)',
  'create index preserved_messages_peer on preserved_messages (peer_id, id)',
  'create index preserved_messages_sender on preserved_messages (sender_id, id)',
  'create index preserved_messages_media on preserved_messages (media_id) where media_id is not null',
  // A text contains the address of a file only if it was sent with LayIM.
  `create function preserve_message() returns trigger language plpgsql as $$
  begin
    if exists (select from legal_holds where id in (old.owner_id, old.peer_id, old.sender_id)) then
      insert into preserved_messages (
        owner_id, peer_id, message_id, sender_id, reply_to, edited, body, custom, mentions, media_id, cause)
      values (
        old.owner_id, old.peer_id, old.id, old.sender_id, old.reply_to, old.edited, old.body, old.custom, old.mentions,
        coalesce(
          substring(old.body ->> 'media' from '^[0-9]{1,16}$'),
          substring(old.body ->> 'text' from '/layim/media/([0-9]{1,16})'))::bigint,
        case tg_op when 'DELETE' then 'deleted' else 'changed' end);
    end if;
    return null;
  end
  $$`,
  `create trigger messages_preserve_deleted after delete on messages
  for each row when (old.body is not null) execute function preserve_message()`,
  `create trigger messages_preserve_changed after update of body, custom on messages
  for each row when (
    old.body is not null and (old.body is distinct from new.body or old.custom is distinct from new.custom))
  execute function preserve_message()`,
];
