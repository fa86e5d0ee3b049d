import type { Connection } from '../open-database.ts';
import { bigints, jsons, parameters, texts } from './binary-array.ts';
import { copyKey } from './digest.ts';
import type { MessageEntry } from './entry.ts';

/**
 * Inserts two rows per message, one in each user's copy, or a single row for a group message.
 * Rejects with a unique violation (SQLSTATE 23505) if a row exists already, which is rare. Does not
 * use `on conflict`, because it slows down every insert.
 */
export async function insertMessages(connection: Connection, messages: readonly MessageEntry[]): Promise<void> {
  if (messages.length === 0) return;
  await connection.query({ name: 'insert-messages', text: insert(1), values: messageColumns(messages) });
}

/**
 * Inserts only the rows that do not exist yet. Returns the keys of the inserted rows ({@link
 * copyKey}).
 */
export async function insertMissing(connection: Connection, messages: readonly MessageEntry[]): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const text = `${insert(1)} on conflict do nothing returning owner_id, peer_id, id`;
  const { rows } = await connection.query({ name: 'insert-missing', text, values: messageColumns(messages) });
  return new Set(rows.map((row) => copyKey(row.owner_id, row.peer_id, row.id)));
}

/**
 * Returns the SQL statement that inserts the rows of {@link messageColumns}. The columns are its
 * parameters, from `$first` on. Each column has one element per message instead of one per row, so
 * that each body is sent and parsed only once.
 */
export function insert(first: number): string {
  return `
  insert into messages (owner_id, peer_id, id, sender_id, body, ref, reply_to, mentions, custom)
  select c.owner_id, c.peer_id, d.id, d.sender_id, d.body, c.ref, d.reply_to, d.mentions::bigint[], d.custom
  from unnest(${parameters(first, types)}) as d (owner_id, peer_id, mirror_id, id, sender_id, body, ref, reply_to, mentions, custom)
  cross join lateral (values (d.owner_id, d.peer_id, d.ref), (d.mirror_id, d.sender_id, null)) as c (owner_id, peer_id, ref)
  where c.owner_id is not null`;
}

const types = ['bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'jsonb', 'text', 'bigint', 'text', 'jsonb'];

/** Number of parameters that {@link messageColumns} returns. */
export const MESSAGE_COLUMNS = types.length;

/** Returns the parameters of the statement of {@link insert}. */
export function messageColumns(messages: readonly MessageEntry[]): Buffer[] {
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
    jsons(messages.map((message) => message.custom)),
  ];
}

function mirrored(message: MessageEntry): boolean {
  return !message.group && message.from !== message.to;
}
