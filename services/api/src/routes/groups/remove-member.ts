import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { callerOperation, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { getRole } from '../../queries/group-members.ts';
import { depart } from './depart.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams } from './fields.ts';

/**
 * Removes a member from a group. The owner can remove anybody, an admin can remove plain members,
 * and every member can remove themselves.
 */
export const removeMember = callerOperation(
  {
    method: 'delete',
    operationId: 'removeMember',
    path: '/v1/groups/{id}/members/{user}',
    tags: ['Groups'],
    summary: 'Take someone out of a group',
    request: { params: memberParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden', 'conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      const mine = await enterGroup(tx, id, me, user === me ? 'member' : 'admin');
      const theirs = user === me ? mine : await getRole(tx, id, user);
      if (theirs === undefined) throw new Refusal('not-found', 'This user is not in the group.');
      if (user !== me && mine === 'admin' && theirs !== 'member') {
        throw new Refusal('forbidden', 'Only the owner may remove admins.');
      }
      if (user === me) await depart(tx, notify, id, user, theirs, 'left');
      else await depart(tx, notify, id, user, theirs, 'removed', me);
    });
    return c.body(null, 204);
  },
);
