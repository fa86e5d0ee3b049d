import { bumpPermits, type Database } from '@parley/database';
import type { Block } from '@parley/protocol';
import type { ApiConfig } from '../../config.ts';
import type { Notice, Notify } from '../../events/notice.ts';
import { Refusal } from '../../http/refusal.ts';
import { countBlocks, deleteBlock, insertBlock, listBlocks } from '../../queries/blocks.ts';
import { decidePending } from '../../queries/friend-requests.ts';
import { lockUsers } from '../../queries/lock-users.ts';

/**
 * Makes one user block another, and declines a pending friend request from the blocked user.
 * Idempotent. Returns the block.
 */
export async function block(
  tx: Database,
  notify: Notify,
  { limits }: ApiConfig,
  user: number,
  blocked: number,
): Promise<Block> {
  if (!(await lockUsers(tx, [user, blocked]))) throw new Refusal('not-found', 'This user does not exist.');
  const count = await countBlocks(tx, user);
  if (await insertBlock(tx, user, blocked)) {
    if (count >= limits.blocks)
      throw new Refusal('conflict', 'You have blocked the maximum number of users. Unblock one first.');
    await bumpPermits(tx, [user]);
    await decidePending(tx, blocked, user, 'declined');
    notify(noticeOf(user, blocked, 'blocked'));
  }
  const [row] = await listBlocks(tx, user, { blocked, limit: 1 });
  return row as Block;
}

/** Unblocks a user. No-op if the user was not blocked. */
export async function unblock(tx: Database, notify: Notify, user: number, blocked: number): Promise<void> {
  await bumpPermits(tx, [user]);
  if (await deleteBlock(tx, user, blocked)) notify(noticeOf(user, blocked, 'updated'));
}

function noticeOf(user: number, blocked: number, change: 'blocked' | 'updated'): Notice {
  return {
    copies: [user],
    ...(change === 'blocked' && { fences: [[user, blocked]] }),
    forget: [user, blocked],
    events: [{ users: [user], event: { kind: 'friend', user: blocked, change } }],
  };
}
