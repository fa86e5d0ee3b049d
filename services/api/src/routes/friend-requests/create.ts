import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { type FriendRequest, id } from '@parley/protocol';
import type { ApiConfig } from '../../config.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import type { Notify } from '../../events/notice.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { line } from '../../http/fields.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { friendRequestSchema } from '../../http/schemas.ts';
import { isBlocked } from '../../queries/blocks.ts';
import { findPending, getRequest, insertRequest, lastDeclined } from '../../queries/friend-requests.ts';
import { areFriends } from '../../queries/friendships.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { befriend } from './befriend.ts';

const schema = z.strictObject({ to: id, message: line(200, 0).default('') });

/**
 * Sends a friend request. If the caller's request is already pending, returns it. If the other user
 * has sent a request, accepts it.
 */
export const create = callerOperation(
  {
    method: 'post',
    operationId: 'createFriendRequest',
    path: '/v1/friend-requests',
    tags: ['Friends'],
    summary: 'Send a friend request',
    request: { body: jsonBody(schema) },
    responses: {
      201: jsonResponse(friendRequestSchema, 'The request. If the other user had sent one already, that one, accepted'),
    },
    refuses: ['not-found', 'blocked', 'conflict', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { to, message } = c.req.valid('json');
    if (to === me) throw fieldRefusal('conflict', 'to', 'You cannot befriend yourself.');
    await limitRate(context, 'friend-request', me, context.config.perMinute.friendRequests);
    await askHooks(context, 'friend.request', me, { from: me, to, message });
    const request = await commitAndNotify(context, async (tx, notify) => {
      if (!(await lockUsers(tx, [me, to]))) throw new Refusal('not-found', 'This user does not exist.');
      if (await areFriends(tx, me, to)) throw new Refusal('conflict', 'You are friends already.');
      if (await isBlocked(tx, to, me)) throw new Refusal('blocked', "You can't send this person a friend request.");
      if (await isBlocked(tx, me, to)) throw new Refusal('conflict', 'You block this user.');
      const theirs = await findPending(tx, to, me);
      if (theirs === undefined) await requireCooledDown(tx, context.config, me, to);
      const request = theirs ?? (await findPending(tx, me, to)) ?? (await ask(tx, notify, me, to, message));
      if (theirs !== undefined) await befriend(tx, notify, context.config, me, to);
      return (await getRequest(tx, request)) as FriendRequest;
    });
    return c.json(request, 201);
  },
);

/** Rejects a new request if the other user has declined one within the cooldown period. */
async function requireCooledDown(tx: Database, config: ApiConfig, me: number, to: number): Promise<void> {
  const declined = await lastDeclined(tx, me, to);
  const left = declined === undefined ? 0 : declined + config.friendRequestCooldown - Date.now();
  if (left <= 0) return;
  const retryAfter = Math.ceil(left / 1000);
  throw new Refusal('too-many', 'This user declined your request a short time ago. Ask again later.', { retryAfter });
}

async function ask(tx: Database, notify: Notify, me: number, to: number, message: string): Promise<number> {
  notify({
    events: [
      { users: [to], event: { kind: 'friend', user: me, change: 'requested' } },
      { users: [me], event: { kind: 'friend', user: to, change: 'updated' } },
    ],
  });
  return await insertRequest(tx, me, to, message);
}
