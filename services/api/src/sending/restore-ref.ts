import { readRefs } from '@parley/database';
import { groupConversation, userConversation } from '@parley/protocol';
import { lostRefs, restoreRef as restoreInRedis, writeRecordedRefs } from '@parley/redis';
import type { SendDeps } from './send-deps.ts';

/**
 * Restores the ref of a recorded message in Redis after Redis has lost it, so that `accept`
 * recognises a resend of that message.
 */
export async function restoreRef(
  { db, redis, config }: SendDeps,
  { from, to, ref }: { from: number; to: number; ref: string },
  group: boolean,
): Promise<void> {
  if (config.history === 'relay' || !(await lostRefs(redis))) return;
  const conversation = group ? groupConversation(to) : userConversation(from, to);
  if (await restoreInRedis(redis, conversation, from, ref)) return;
  await writeRecordedRefs(redis, conversation, from, await readRefs(db, { user: from, chat: to, group }));
  await restoreInRedis(redis, conversation, from, ref);
}
