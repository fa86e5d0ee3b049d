import type { FrameOf } from '@parley/protocol';
import { append } from '@parley/redis';
import { checkData } from './check-custom.ts';
import type { CommandDeps } from './command.ts';
import type { FrameSender } from './frame-sender.ts';
import { readMessage, recalledRefusal } from './mutate.ts';
import { Refusal, writeRefusal } from './refusal.ts';

/**
 * Delivers an action on a message, such as a pressed button, only to the sender of that message.
 * The user must be allowed to write to the chat.
 */
export async function action(
  deps: CommandDeps,
  sender: FrameSender,
  { chat, id, action, data, ref }: FrameOf<'action'>,
): Promise<undefined> {
  const { user } = sender;
  if (data) checkData(deps, 'data', data);
  const { from, recalled } = await readMessage(deps, sender, chat, id);
  if (from === null || recalled) throw recalledRefusal();
  const found = await deps.permits.admission(user, chat);
  const group = Array.isArray(found);
  const refusal = group ? undefined : writeRefusal(found, deps.config.sendPolicy);
  if (refusal) throw refusal;
  if (group && !found.includes(from)) throw new Refusal('not-found', 'The sender has left the group.');
  const named = group || from === user.id ? chat : user.id;
  const event = JSON.stringify({
    ...{ kind: 'action', chat: named, id, user: user.id, action },
    ...(data && { data }),
    ...(ref !== undefined && { ref }),
  });
  await deps.rates.chargeBytes(user, Buffer.byteLength(event));
  await append(deps.redis, [{ user: from, event }]);
}
