import { id } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { changes, idParams, line } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { friendSchema } from '../../http/schemas.ts';
import { hasFriendGroup } from '../../queries/friend-groups.ts';
import { type FriendRow, listFriends, updateFriendship } from '../../queries/friendships.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { toFriends } from './to-friends.ts';

const schema = changes({
  remark: line(64, 0).optional().openapi({ description: 'What you call the friend; empty for none' }),
  friendGroup: id.nullable().optional().openapi({ description: 'Null for none' }),
});

/**
 * Changes the remark (the caller's own name for a friend) or the friend group of a friend. The
 * friend is not notified.
 */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateFriend',
    path: '/v1/friends/{id}',
    tags: ['Friends'],
    summary: 'Change the remark or the friend group of a friend',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(friendSchema, 'The changed friend') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id: friend } = c.req.valid('param');
    const changes = c.req.valid('json');
    const row = await commitAndNotify(context, async (tx, notify) => {
      await lockUsers(tx, [me]);
      const group = changes.friendGroup ?? null;
      if (group !== null && !(await hasFriendGroup(tx, me, group))) {
        throw fieldRefusal('not-found', 'friendGroup', 'You have no friend group with this id.');
      }
      if (!(await updateFriendship(tx, me, friend, changes)))
        throw new Refusal('not-found', 'This user is not your friend.');
      notify({ events: [{ users: [me], event: { kind: 'friend', user: friend, change: 'updated' } }] });
      const [updated] = await listFriends(tx, me, { friend, limit: 1 });
      return updated as FriendRow;
    });
    const [updated] = await toFriends(context.redis, [row]);
    return c.json(updated as NonNullable<typeof updated>, 200);
  },
);
