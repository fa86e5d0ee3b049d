import { type FrameOf, groupConversation, type NoticeBody, userConversation } from '@parley/protocol';
import { knowsPins, PinsFull, PinsUnknown, readMembers, sendRequest, writeNotice } from '@parley/redis';
import { readOrRequest } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import { eventBytes } from './event-size.ts';
import type { FrameSender } from './frame-sender.ts';
import { mutate, readMessage, recalledRefusal, requireModerator } from './mutate.ts';
import { Refusal } from './refusal.ts';

/**
 * Pins or unpins a message for all participants. In a group, only the owner and admins are allowed
 * to, and a notice (a system message) reports the pin. No-op if a recalled message is unpinned.
 */
export async function pin(deps: CommandDeps, sender: FrameSender, frame: FrameOf<'pin'>): Promise<undefined> {
  const { chat, id, active } = frame;
  const refused = deps.storeGuard.refuseNew();
  if (refused) throw new Refusal('unavailable', refused.detail, refused.retryAfter);
  const { recalled } = await readMessage(deps, sender, chat, id);
  const group = (await deps.permits.standing(sender.user, chat)) === 'member';
  if (group) await requireModerator(deps, sender, chat, id, 'Only the owner and admins pin messages in a group');
  if (recalled && active) throw recalledRefusal();
  if (recalled) return;
  const mutation = { kind: 'pin' as const, id, active, date: Date.now() };
  try {
    await mutate(deps, sender, chat, mutation);
  } catch (error) {
    if (!(error instanceof PinsUnknown)) throw toRefusal(error, deps);
    await copyPins(deps, sender, chat, group);
    await mutate(deps, sender, chat, mutation).catch((again) => {
      throw toRefusal(again, deps);
    });
  }
  if (group && active && deps.config.groupNotices) await reportPin(deps, sender, chat, id);
}

/**
 * Writes the notice that reports a pin to the group. Pinning the same message again within
 * `REF_WINDOW` writes no second notice.
 */
async function reportPin(
  { redis, rates, config }: CommandDeps,
  { user }: FrameSender,
  group: number,
  id: number,
): Promise<void> {
  const members = await readMembers(redis, group);
  const body: NoticeBody = { type: 'notice', notice: 'pinned', by: user.id, message: id };
  await rates.chargeBytes(user, eventBytes(JSON.stringify(body)) * (members.length + 1));
  await writeNotice(redis, { group, members, ref: `pin-${id}`, body, recorded: config.history === 'mirror' });
}

/**
 * Requests that the recorder copies the pins of a chat to Redis, where the number of pins is
 * limited. Throws a `Refusal` if the recorder does not respond.
 */
async function copyPins(
  { redis, rates }: CommandDeps,
  { user }: FrameSender,
  chat: number,
  group: boolean,
): Promise<void> {
  const conversation = group ? groupConversation(chat) : userConversation(user.id, chat);
  const known = await readOrRequest(
    async () => (await knowsPins(redis, conversation)) || undefined,
    async () => {
      await rates.charge(user, 'lookup');
      await sendRequest(redis, { kind: 'pins', user: user.id, chat, ...(group && { group }) });
    },
  );
  if (!known) throw new Refusal('unavailable');
}

function toRefusal(error: unknown, { config: { maxPins } }: CommandDeps): unknown {
  if (error instanceof PinsUnknown) return new Refusal('unavailable');
  if (!(error instanceof PinsFull)) return error;
  return new Refusal('conflict', `A chat has at most ${maxPins} pinned messages. Unpin one first.`);
}
