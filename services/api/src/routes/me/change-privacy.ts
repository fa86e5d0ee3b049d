import { bumpPermits, type Database } from '@parley/database';
import type { Notify } from '../../events/notice.ts';
import { readPeers } from '../../queries/erase.ts';
import { friendIds } from '../../queries/friendships.ts';
import { type PrivacyChanges, updatePrivacy } from '../../queries/privacy.ts';

/**
 * Changes the given privacy settings of a user, in a transaction. Gateways read those again that
 * they check: of the user, and of everybody who wrote with the user or may do so.
 */
export async function changePrivacy(
  tx: Database,
  notify: Notify,
  user: number,
  changes: PrivacyChanges,
): Promise<void> {
  const before = await updatePrivacy(tx, user, changes);
  const { lastSeen = before.lastSeen } = changes;
  if (lastSeen === before.lastSeen) return;
  await bumpPermits(tx, [user]);
  const others = new Set([...(await friendIds(tx, user)), ...(await readPeers(tx, user))]);
  notify({ copies: [user], hidden: [user], forget: [user, ...others] });
}
