import { bumpPermits } from '@parley/database';
import type { Group } from '@parley/protocol';
import { audit } from '../../accounts/audit.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { settingNotices } from '../../events/group-notice.ts';
import { checkAvatar } from '../../http/check-avatar.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { changes, idParams } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { groupSchema } from '../../http/schemas.ts';
import { memberIds } from '../../queries/group-members.ts';
import { getGroup, updateGroup } from '../../queries/groups.ts';
import { enterGroup } from './enter-group.ts';
import { groupFields } from './fields.ts';
import { requireFreeName } from './require-free-name.ts';

const schema = changes(groupFields);

/** Changes the fields or settings of a group. Only the group's owner and admins can call this. */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateGroup',
    path: '/v1/groups/{id}',
    tags: ['Groups'],
    summary: 'Change a group',
    request: { params: idParams, body: jsonBody(schema) },
    responses: { 200: jsonResponse(groupSchema, 'The group as changed') },
    refuses: ['not-found', 'forbidden', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { id } = c.req.valid('param');
    const changes = c.req.valid('json');
    checkCustom(context.config, changes.custom);
    checkAvatar(context.config, changes.avatar);
    const group = await commitAndNotify(context, async (tx, notify) => {
      await enterGroup(tx, id, me, 'admin');
      const before = (await getGroup(tx, id, me)) as Group;
      const { maxMembers } = before;
      const members = await memberIds(tx, id);
      const most = changes.maxMembers ?? maxMembers;
      if (most !== maxMembers && most > context.config.limits.groupMembers) {
        throw fieldRefusal(
          'conflict',
          'maxMembers',
          `This server allows at most ${context.config.limits.groupMembers}.`,
        );
      }
      if (members.length > most) throw new Refusal('conflict', `The group has ${members.length} members.`);
      await requireFreeName(tx, context.config, changes.name, id);
      await updateGroup(tx, id, changes);
      const after = (await getGroup(tx, id, me)) as Group;
      if (after.slowMode !== before.slowMode || after.history !== before.history) {
        await bumpPermits(tx, [id]);
        notify({ copies: [id] });
      }
      notify({
        events: [{ users: members, event: { kind: 'group', group: id, change: 'updated' } }],
        groupNotices: settingNotices(id, me, before, after),
      });
      return after;
    });
    const { slowMode, visibility } = changes;
    if (slowMode !== undefined) audit(c, 'group.slow-mode', { group: id, slowMode });
    if (visibility !== undefined) audit(c, 'group.visibility', { group: id, visibility });
    return c.json(group, 200);
  },
);
