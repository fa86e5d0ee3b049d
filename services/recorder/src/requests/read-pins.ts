import type { Database } from '@parley/database';
import { sql } from 'kysely';
import type { PinsRequest } from './request.ts';

/** Returns the ids of the messages that are pinned in at least one copy of a conversation. */
export async function readPins(db: Database, { user, chat, group }: Conversation): Promise<number[]> {
  const [owners, peers] = group
    ? [[chat], [chat]]
    : [
        [user, chat],
        [chat, user],
      ];
  const { rows } = await sql<{ id: number }>`
    select distinct p.id
    from unnest(${owners}::bigint[], ${peers}::bigint[]) as c (owner_id, peer_id)
    join pins p on p.owner_id = c.owner_id and p.peer_id = c.peer_id and p.active
    join messages m on m.owner_id = p.owner_id and m.peer_id = p.peer_id and m.id = p.id and m.recalled is null`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

type Conversation = Pick<PinsRequest, 'user' | 'chat' | 'group'>;
