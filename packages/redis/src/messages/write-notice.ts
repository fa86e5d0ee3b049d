import type { NoticeBody } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { type Accepted, accept } from './accept.ts';

/**
 * Writes a notice into a group: a message whose sender is the group itself, so that no member is
 * its sender, and the recorder does not count it as unread. Resolves when the members' inboxes have
 * the notice. Idempotent: a repeated `ref` within `refWindow` writes nothing.
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
  /** Idempotency key of the notice. */
  ref: string;
  body: NoticeBody;
  /** True if the recorder must write the notice to PostgreSQL. */
  recorded: boolean;
}
