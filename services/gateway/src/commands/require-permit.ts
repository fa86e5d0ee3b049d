import type { LocalUser } from '../users/local-user.ts';
import type { Permits } from '../users/permits.ts';
import { Refusal, sendRefusal } from './refusal.ts';

/** Throws a `Refusal` if the user is not allowed to write to a chat. */
export async function requirePermit(
  permits: Pick<Permits, 'membership'>,
  user: LocalUser,
  chat: number,
  policy: 'friends' | 'anyone',
): Promise<void> {
  const found = await permits.membership(user, chat);
  const code = typeof found === 'string' ? sendRefusal(found, policy) : undefined;
  if (code) throw new Refusal(code);
}
