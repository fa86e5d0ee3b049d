import { type FrameOf, groupConversation, userConversation } from '@parley/protocol';
import { findMissing, mutate } from '@parley/redis';
import type { CommandDeps } from './command.ts';
import { EVENT_OVERHEAD_BYTES } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { requestFacts } from './mutate.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/** Number of hidden messages that cost as much as one edit under the rate limit on changes. */
const IDS_PER_MUTATION = 10;

/** Approximate size of a message id in an event, in bytes. */
const ID_BYTES = 16;

/**
 * Deletes messages from the sender's own copy of a chat, on all devices of the sender. A sender who
 * is not allowed to write to the chat can delete too. If one of the messages is not in the chat,
 * throws a `Refusal` and deletes none.
 */
export async function hide(deps: CommandDeps, { user }: FrameSender, frame: FrameOf<'hide'>): Promise<undefined> {
  const { redis, config, permits, rates } = deps;
  const { chat } = frame;
  const ids = [...new Set(frame.ids)];
  const refused = deps.storeGuard.refuseNew();
  if (refused) throw new Refusal('unavailable', refused.detail, refused.retryAfter);
  const standing = await permits.standing(user, chat);
  if (standing === 'nobody' || standing === 'unknown' || standing === 'not-member')
    throw new Refusal(sendRefusal(standing, config.sendPolicy) ?? 'not-found');
  for (let charged = 0; charged < ids.length; charged += IDS_PER_MUTATION) await rates.charge(user, 'mutation');
  // Charges the bytes twice: once for the event and once for the entry in the stream for the
  // recorder.
  await rates.chargeBytes(user, 2 * (EVENT_OVERHEAD_BYTES + ID_BYTES * ids.length));
  const group = standing === 'member';
  // Without a history, the server keeps no messages that all devices have received, so it cannot
  // check the ids.
  if (config.history === 'mirror') {
    const conversation = group ? groupConversation(chat) : userConversation(user.id, chat);
    const missing = await findMissing(redis, user.id, conversation, ids);
    await Promise.all(missing.map((id) => requestFacts(deps, user, chat, id, group)));
  }
  await mutate(redis, {
    permit: group ? 'member' : undefined,
    record: { kind: 'hide', user: user.id, chat, ...(group && { group }), ids },
    recorded: config.history === 'mirror',
    entries: [{ user: user.id, event: JSON.stringify({ kind: 'hide', chat, ids }) }],
  });
}
