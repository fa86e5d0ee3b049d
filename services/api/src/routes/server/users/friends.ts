import { z } from '@hono/zod-openapi';
import type { Friend } from '@parley/protocol';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { fieldRefusal } from '../../../http/refusal.ts';
import { friendSchema } from '../../../http/schemas.ts';
import { areFriends, type FriendRow, listFriends } from '../../../queries/friendships.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import { befriend } from '../../friend-requests/befriend.ts';
import { toFriends } from '../../friends/to-friends.ts';
import { unfriend } from '../../friends/unfriend.ts';
import { refParam, requireUser } from '../refs.ts';

const params = z.object({ user: refParam, friend: refParam });

/** Makes two users friends. Accepts pending friend requests between them. */
export const putFriend = serverOperation(
  {
    method: 'put',
    operationId: 'putServerFriend',
    path: '/v1/server/users/{user}/friends/{friend}',
    tags: ['Server'],
    summary: 'Make two users friends',
    request: { params },
    responses: { 200: jsonResponse(friendSchema, 'The friend as the user has them') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('param');
    const row = await commitAndNotify(context, async (tx, notify) => {
      const [user, friend] = [await requireUser(tx, given.user), await requireUser(tx, given.friend)];
      if (user === friend) throw fieldRefusal('conflict', 'friend', 'A user cannot be their own friend.');
      await lockUsers(tx, [user, friend]);
      if (!(await areFriends(tx, user, friend))) await befriend(tx, notify, context.config, user, friend);
      const [found] = await listFriends(tx, user, { friend, limit: 1 });
      return found as FriendRow;
    });
    const [friend] = await toFriends(context.redis, [row]);
    return c.json(friend as Friend, 200);
  },
);

/** Ends the friendship of two users. No-op if they are not friends. */
export const removeFriend = serverOperation(
  {
    method: 'delete',
    operationId: 'removeServerFriend',
    path: '/v1/server/users/{user}/friends/{friend}',
    tags: ['Server'],
    summary: 'End a friendship',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const given = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      await unfriend(tx, notify, await requireUser(tx, given.user), await requireUser(tx, given.friend));
    });
    return c.body(null, 204);
  },
);
