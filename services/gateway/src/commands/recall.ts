import { type FrameOf, messageDate } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { mutate, readMessage, requireModerator } from './mutate.ts';
import { Refusal } from './refusal.ts';

/**
 * Recalls a message for everybody. Users can recall their own messages; the owner and admins of a
 * group can recall every message of the group. No-op if the message is already recalled.
 */
export async function recall(
  deps: CommandDeps,
  sender: FrameSender,
  { chat, id }: FrameOf<'recall'>,
): Promise<undefined> {
  const { from, recalled } = await readMessage(deps, sender, chat, id);
  const own = from === sender.user.id;
  if (!own) {
    await requireModerator(deps, sender, chat, id);
    const refused = deps.storeGuard.refuseNew();
    if (refused) throw new Refusal('unavailable', refused.detail, refused.retryAfter);
  } else if (Date.now() - messageDate(id) > deps.config.recallWindow) throw new Refusal('recall-too-late');
  if (recalled) return;
  await mutate(deps, sender, chat, { kind: 'recall', id, ...(!own && { moderated: true }) });
  const event = 'message.removed';
  const by = { user: sender.user.id, session: sender.session };
  if (!own) deps.auditLog?.info({ event, group: chat, message: id, user: from, by }, event);
}
