import type { Connection } from '@parley/database';
import { copyKey } from '../entries/digest.ts';
import type { MessageEntry } from '../entries/entry.ts';
import { bigints, jsons, texts } from './binary-array.ts';

/** Inserts both owners' rows of each message, a group's one row. Answers whether all were new. */
export async function insertMessages(connection: Connection, messages: readonly MessageEntry[]): Promise<boolean> {
  if (messages.length === 0) return true;
  const { rowCount } = await connection.query({ name: 'insert-messages', text: insert, values: columns(messages) });
  return rowCount === messages.reduce((sum, message) => sum + (mirrored(message) ? 2 : 1), 0);
}

/** The same for a replay: answers which copies were new, by {@link copyKey}. */
export async function insertMissing(connection: Connection, messages: readonly MessageEntry[]): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const text = `${insert} returning owner_id, peer_id, id`;
  const { rows } = await connection.query({ name: 'insert-missing', text, values: columns(messages) });
  return new Set(rows.map((row) => copyKey(row.owner_id, row.peer_id, row.id)));
}

// One place per message, not per row, so that each body crosses the wire and is parsed once.
const insert = `
  insert into messages (owner_id, peer_id, id, sender_id, body, ref, reply_to, mentions)
  select c.owner_id, c.peer_id, d.id, d.sender_id, d.body, c.ref, d.reply_to, d.mentions::bigint[]
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::jsonb[], $7::text[], $8::bigint[], $9::text[])
    as d (owner_id, peer_id, mirror_id, id, sender_id, body, ref, reply_to, mentions)
  cross join lateral (values (d.owner_id, d.peer_id, d.ref), (d.mirror_id, d.sender_id, null)) as c (owner_id, peer_id, ref)
  where c.owner_id is not null
  on conflict do nothing`;

function columns(messages: readonly MessageEntry[]): Buffer[] {
  return [
    bigints(messages.map((message) => (message.group ? message.to : message.from))),
    bigints(messages.map((message) => message.to)),
    bigints(messages.map((message) => (mirrored(message) ? message.to : null))),
    bigints(messages.map((message) => message.id)),
    bigints(messages.map((message) => message.from)),
    jsons(messages.map((message) => message.body)),
    texts(messages.map((message) => message.ref)),
    bigints(messages.map((message) => message.replyTo)),
    texts(messages.map((message) => message.mentions && `{${message.mentions.join(',')}}`)),
  ];
}

function mirrored(message: MessageEntry): boolean {
  return !message.group && message.from !== message.to;
}
