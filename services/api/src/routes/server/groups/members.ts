import { z } from '@hono/zod-openapi';
import { type Member, roleSchema } from '@parley/protocol';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { groupNotice } from '../../../events/group-notice.ts';
import { jsonResponse, noContent, optionalJsonBody, serverOperation } from '../../../http/operation.ts';
import { Refusal } from '../../../http/refusal.ts';
import { memberSchema } from '../../../http/schemas.ts';
import { getMember, memberIds, updateMember } from '../../../queries/group-members.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import { announceRoles } from '../../groups/announce-roles.ts';
import { depart } from '../../groups/depart.ts';
import { refParam, requireUser } from '../refs.ts';
import { lockServerGroup } from './require-group.ts';
import { setMembers } from './set-members.ts';

const params = z.object({ group: refParam, user: refParam });
const schema = z.strictObject({
  role: roleSchema
    .exclude(['owner'])
    .optional()
    .openapi({ description: '`member` for a new one, as it is for others, when absent' }),
});

/** Adds a member to a group, or changes the role of an existing member. */
export const putGroupMember = serverOperation(
  {
    method: 'put',
    operationId: 'putServerGroupMember',
    path: '/v1/server/groups/{group}/members/{user}',
    tags: ['Server'],
    summary: 'Add a user to a group',
    request: { params, body: optionalJsonBody(schema) },
    responses: { 200: jsonResponse(memberSchema, 'The member') },
    refuses: ['not-found', 'conflict', 'group-full'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('param');
    const { role } = c.req.valid('json');
    const member = await commitAndNotify(context, async (tx, notify) => {
      const user = await requireUser(tx, given.user);
      await lockUsers(tx, [user]);
      const group = await lockServerGroup(tx, given.group);
      const members = await memberIds(tx, group);
      if (!members.includes(user)) await setMembers(context, tx, notify, group, new Set([...members, user]));
      const { role: before } = (await getMember(tx, group, user)) as Member;
      if (role !== undefined && role !== before) {
        if (before === 'owner')
          throw new Refusal('conflict', 'This user owns the group. Make another member the owner first.');
        await updateMember(tx, group, user, { role });
        await announceRoles(tx, notify, group, [user], groupNotice(group, { notice: role, users: [user] }));
      }
      return (await getMember(tx, group, user)) as Member;
    });
    return c.json(member, 200);
  },
);

/** Removes a member from a group. No-op if the user is not a member. */
export const removeGroupMember = serverOperation(
  {
    method: 'delete',
    operationId: 'removeServerGroupMember',
    path: '/v1/server/groups/{group}/members/{user}',
    tags: ['Server'],
    summary: 'Remove a user from a group',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const given = c.req.valid('param');
    await commitAndNotify(c.var.context, async (tx, notify) => {
      const user = await requireUser(tx, given.user);
      const group = await lockServerGroup(tx, given.group);
      const member = await getMember(tx, group, user);
      if (member) await depart(tx, notify, group, user, member.role, 'removed');
    });
    return c.body(null, 204);
  },
);
