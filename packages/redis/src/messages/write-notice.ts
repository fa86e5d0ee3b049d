import type { NoticeBody } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { type Accepted, accept } from './accept.ts';

/**
 * Writes a notice into a group: a message whose sender is the group itself, so that it is nobody's
 * own message and no recorder counts it as unread. Resolves when it is in the inboxes of the
 * members. Idempotent: a repeated `ref` within `refWindow` writes nothing.
 */
export async function writeNotice(
  redis: RedisConnection,
  { group, members, ref, body, recorded }: NewNotice,
): Promise<Accepted> {
  return await accept(redis, { from: group, to: group, ref, members, body: JSON.stringify(body), record: recorded });
}

interface NewNotice {
  group: number;
  members: number[];
  /** The idempotency key. */
  ref: string;
  body: NoticeBody;
  /** Whether the recorder writes it to PostgreSQL. */
  recorded: boolean;
}
