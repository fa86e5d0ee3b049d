import { groupConversation, userConversation } from '@parley/protocol';
import { restoreRef as restoreInRedis, sendRequest } from '@parley/redis';
import type { LocalUser } from '../users/local-user.ts';
import { readOrRequest } from '../users/permits.ts';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/**
 * Restores the ref of a message (its idempotency key) from PostgreSQL after Redis has lost it, so
 * that `accept` recognises a resend of the message as a duplicate. Throws a `Refusal` if the
 * recorder does not respond within a second.
 */
export async function restoreRef(
  { redis, rates }: Pick<CommandDeps, 'redis' | 'rates'>,
  user: LocalUser,
  { to, ref }: { to: number; ref: string },
  group: boolean,
): Promise<void> {
  const conversation = group ? groupConversation(to) : userConversation(user.id, to);
  const restored = await readOrRequest(
    async () => (await restoreInRedis(redis, conversation, user.id, ref)) || undefined,
    async () => {
      await rates.charge(user, 'lookup');
      await sendRequest(redis, { kind: 'refs', user: user.id, chat: to, ...(group && { group }) });
    },
  );
  if (!restored) throw new Refusal('unavailable');
}
