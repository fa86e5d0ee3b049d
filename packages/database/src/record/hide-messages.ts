import type { Connection } from '../open-database.ts';
import type { HideEntry } from './entry.ts';

/**
 * Hides messages from the user's own copy of a chat. The rows of the messages stay. A hidden
 * message that is recorded again therefore stays hidden, and counters need no change. Ignores ids
 * of messages that do not exist.
 */
export async function hideMessages(connection: Connection, { user, chat, group, ids }: HideEntry): Promise<void> {
  await connection.query(insert, [user, chat, group ? chat : user, ids]);
}

const insert = `
  insert into hidden_messages (owner_id, peer_id, id, sender_id)
  select $1, $2, m.id, m.sender_id from messages m
  where m.owner_id = $3 and m.peer_id = $2 and m.id = any($4::bigint[])
  on conflict do nothing`;
