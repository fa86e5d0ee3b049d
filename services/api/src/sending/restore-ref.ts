import { readRefs } from '@parley/database';
import { groupConversation, userConversation } from '@parley/protocol';
import { lostRefs, restoreRef as restoreInRedis, writeRecordedRefs } from '@parley/redis';
import type { SendDeps } from './send-deps.ts';

/** Makes `accept` recognise the resend of a recorded message after Redis lost its ref. */
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
