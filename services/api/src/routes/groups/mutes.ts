import { z } from '@hono/zod-openapi';
import type { Member } from '@parley/protocol';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import type { Notify } from '../../events/notice.ts';
import { callerOperation, jsonBody, jsonResponse, noContent } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { memberSchema } from '../../http/schemas.ts';
import { getMember } from '../../queries/group-members.ts';
import { enterGroup } from './enter-group.ts';
import { memberParams, muteEndField } from './fields.ts';
import { muteMember } from './mute-member.ts';

/** Mutes a member until a date. The owner can mute anybody; an admin can mute plain members. */
export const putMute = callerOperation(
  {
    method: 'put',
    operationId: 'muteMember',
    path: '/v1/groups/{id}/mutes/{user}',
    tags: ['Groups'],
    summary: 'Mute a member',
    description: 'The same as `mutedUntil` of `PATCH /v1/groups/{id}/members/{user}`.',
    request: { params: memberParams, body: jsonBody(z.strictObject({ until: muteEndField })) },
    responses: { 200: jsonResponse(memberSchema, 'The member') },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { user: by } = c.var.caller;
    const { id: group, user } = c.req.valid('param');
    const { until } = c.req.valid('json');
    const member = await commitAndNotify(c.var.context, async (tx, notify) => {
      await muteAs(tx, notify, { group, user, by, until });
      return (await getMember(tx, group, user)) as Member;
    });
    audit(c, 'group.muted', { group, user, mutedUntil: until });
    return c.json(member, 200);
  },
);

/** Ends the mute of a member. */
export const removeMute = callerOperation(
  {
    method: 'delete',
    operationId: 'unmuteMember',
    path: '/v1/groups/{id}/mutes/{user}',
    tags: ['Groups'],
    summary: 'End the mute of a member',
    request: { params: memberParams },
    responses: { 204: noContent },
    refuses: ['not-found', 'forbidden'],
  },
  async (c) => {
    const { user: by } = c.var.caller;
    const { id: group, user } = c.req.valid('param');
    await commitAndNotify(c.var.context, (tx, notify) => muteAs(tx, notify, { group, user, by, until: null }));
    audit(c, 'group.muted', { group, user, mutedUntil: null });
    return c.body(null, 204);
  },
);

/**
 * Mutes a member in the name of the owner or an admin.
 *
 * @throws Refusal `not-found` or `forbidden`
 */
export async function muteAs(tx: Parameters<typeof muteMember>[0], notify: Notify, mute: Mute): Promise<void> {
  const { group, user, by } = mute;
  const mine = await enterGroup(tx, group, by, 'admin');
  const member = await getMember(tx, group, user);
  if (member === undefined) throw new Refusal('not-found', 'This user is not in the group.');
  if (user === by) throw new Refusal('forbidden', 'You cannot mute yourself.');
  if (mine === 'admin' && member.role !== 'member') throw new Refusal('forbidden', 'Only the owner may mute admins.');
  await muteMember(tx, notify, mute);
}

type Mute = Parameters<typeof muteMember>[2];
