import { z } from '@hono/zod-openapi';
import { bumpPermits, type Database } from '@parley/database';
import { hasOldRecorder, type RedisConnection } from '@parley/redis';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { readPeers } from '../../queries/erase.ts';
import { friendIds } from '../../queries/friendships.ts';
import { type PrivacyChanges, updatePrivacy } from '../../queries/privacy.ts';

/** Privacy settings to change. */
export const privacyChanges = z
  .strictObject({
    addToGroups: z.enum(['everyone', 'friends', 'nobody']).optional(),
    find: z.boolean().optional(),
    lastSeen: z.enum(['everyone', 'friends', 'nobody']).optional(),
    readReceipts: z.enum(['everyone', 'nobody']).optional(),
    linkPreviews: z.boolean().optional(),
  })
  .openapi({
    description:
      'Who may add the user to groups, whether others find the user by name, who sees when the user is online, ' +
      'whether the user and the peers of direct chats see what the other has read, ' +
      "and whether the server fetches previews of the links in the user's messages",
  });

/**
 * Rejects hiding read marks while a recorder of an older version runs, because that version would
 * make them visible to the peer.
 */
export async function requireNewRecorder(redis: RedisConnection, { readReceipts }: PrivacyChanges): Promise<void> {
  if (readReceipts === 'nobody' && (await hasOldRecorder(redis)))
    throw new Refusal('unavailable', 'The service is being updated.', { retryAfter: 5 });
}

/**
 * Changes the given privacy settings of a user, in a transaction. Gateways then drop the cached
 * permits (which user is allowed to write to which) of the user, the user's friends and the user's
 * chat partners, because permits contain privacy settings.
 */
export async function changePrivacy(
  tx: Database,
  notify: Notify,
  user: number,
  changes: PrivacyChanges,
): Promise<void> {
  const before = await updatePrivacy(tx, user, changes);
  const { lastSeen = before.lastSeen, readReceipts = before.readReceipts } = changes;
  const samePresence = lastSeen === before.lastSeen;
  if (samePresence && readReceipts === before.readReceipts) return;
  await bumpPermits(tx, [user]);
  const others = new Set([...(await friendIds(tx, user)), ...(await readPeers(tx, user))]);
  notify({ copies: [user], hidden: samePresence ? [] : [user], forget: [user, ...others] });
}
