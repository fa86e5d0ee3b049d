import type { Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import type { Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { adminIds } from '../../queries/group-members.ts';
import { countPending, findJoinRequest, putJoinRequest } from '../../queries/join-requests.ts';

/**
 * Returns whether a user has a pending request to join a group. Throws a refusal if the user's last
 * request was declined within the cooldown period.
 */
export async function hasJoinRequest(tx: Database, config: ApiConfig, group: number, user: number): Promise<boolean> {
  const before = await findJoinRequest(tx, group, user);
  if (before?.state !== 'declined') return before !== undefined;
  const left = (before.decided ?? 0) + config.joinRequestCooldown - Date.now();
  if (left <= 0) return false;
  const retryAfter = Math.ceil(left / 1000);
  throw new Refusal('too-many', 'The admins declined your request a short time ago. Ask again later.', { retryAfter });
}

/**
 * Adds a request to join a group and notifies the group's owner and admins. The caller must have
 * locked the group.
 */
export async function addJoinRequest(
  tx: Database,
  notify: Notify,
  { limits }: ApiConfig,
  group: number,
  user: number,
  message: string,
): Promise<void> {
  if ((await countPending(tx, group)) >= limits.joinRequests) {
    throw new Refusal('conflict', 'Too many people wait to join this group. Try again later.');
  }
  await putJoinRequest(tx, group, user, message);
  const users = await adminIds(tx, group);
  notify({ events: [{ users, event: { kind: 'group', group, change: 'requested', user } }] });
}
