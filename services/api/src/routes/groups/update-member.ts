import type { Database } from '@parley/database';
import { type Member, type Role, roleSchema } from '@parley/protocol';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { groupNotice } from '../../events/group-notice.ts';
import { changes, line } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { memberSchema } from '../../http/schemas.ts';
import { findDisguise } from '../../names/display-text.ts';
import { getMember, memberIds, updateMember } from '../../queries/group-members.ts';
import { updateGroup } from '../../queries/groups.ts';
import { announceRoles } from './announce-roles.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams, muteEndField } from './fields.ts';
import { muteAs } from './mutes.ts';

const schema = changes({
  role: roleSchema
    .optional()
    .openapi({ description: 'For the owner to give; `owner` hands the group over, the caller becomes an admin' }),
  mutedUntil: muteEndField.nullable().optional().openapi({
    description:
      'For the owner and admins to set: until when the member may not write, edit or react, in Unix ms. Null ends it',
  }),
  alias: line(64, 0, findDisguise).optional().openapi({ description: 'For oneself to choose; empty for the own name' }),
});

/** Changes a member's role, mutes a member, or changes the caller's own alias in a group. */
export const updateMemberOf = callerOperation(
  {
    method: 'patch',
    operationId: 'updateMember',
    path: '/v1/groups/{id}/members/{user}',
    tags: ['Groups'],
    summary: 'Change the role of a member, mute a member, or change your own name in the group',
    request: { params: memberParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(memberSchema, 'The member as changed') },
    refuses: ['not-found', 'forbidden', 'conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { id, user } = c.req.valid('param');
    const { role, alias, mutedUntil } = c.req.valid('json');
    const member = await commitAndNotify(c.var.context, async (tx, notify) => {
      const lowest = mutedUntil === undefined ? 'member' : 'admin';
      await enterGroup(tx, id, me, role === undefined ? lowest : 'owner');
      const before = await getMember(tx, id, user);
      if (before === undefined) throw new Refusal('not-found', 'This user is not in the group.');
      if (alias !== undefined && user !== me)
        throw new Refusal('forbidden', 'Members can change only their own alias.');
      if (alias !== undefined && alias !== before.alias) {
        await updateMember(tx, id, user, { alias });
        const users = await memberIds(tx, id);
        notify({ events: [{ users, event: { kind: 'group', group: id, change: 'updated', user } }] });
      }
      if (mutedUntil !== undefined) await muteAs(tx, notify, { group: id, user, by: me, until: mutedUntil });
      if (role !== undefined && role !== before.role) {
        const notice = groupNotice(id, { notice: role, users: [user], by: me });
        await announceRoles(tx, notify, id, await giveRole(tx, id, me, user, role), notice);
      }
      return (await getMember(tx, id, user)) as Member;
    });
    if (role !== undefined) audit(c, 'group.role-changed', { group: id, user, role });
    if (mutedUntil !== undefined) audit(c, 'group.muted', { group: id, user, mutedUntil });
    return c.json(member, 200);
  },
);

/** Assigns a new role to a member. Returns the users whose role changed. */
async function giveRole(tx: Database, group: number, owner: number, user: number, role: Role): Promise<number[]> {
  if (user === owner) throw new Refusal('conflict', 'You own the group. Make another member the owner first.');
  await updateMember(tx, group, user, { role });
  if (role !== 'owner') return [user];
  await updateMember(tx, group, owner, { role: 'admin' });
  await updateGroup(tx, group, { owner: user });
  return [user, owner];
}
