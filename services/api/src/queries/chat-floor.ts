import { groupFloor } from '@parley/database';
import { type RawBuilder, sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';

/**
 * SQL query for the greatest message id that is hidden from the owner of a chat, because the owner
 * cleared the chat or joined the group later.
 */
export function chatFloor({ owner, peer, group }: ChatKey): RawBuilder<number> {
  if (!group)
    return sql`select coalesce((select cleared_id from chats where owner_id = ${owner} and peer_id = ${peer}), 0)`;
  return sql`
    select ${sql.raw(groupFloor)} from group_members m join groups g on g.id = m.group_id
    left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
    where m.group_id = ${peer} and m.user_id = ${owner}`;
}
