import { z } from '@hono/zod-openapi';
import { addMembers } from '@parley/database';
import { type Group, id } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { groupNotice } from '../../events/group-notice.ts';
import { askHooks } from '../../http/ask-hooks.ts';
import { checkAvatar } from '../../http/check-avatar.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { limitRate } from '../../http/limit-rate.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import { locationHeader } from '../../http/response-headers.ts';
import { groupSchema } from '../../http/schemas.ts';
import { countOwned } from '../../queries/group-members.ts';
import { getGroup, insertGroup } from '../../queries/groups.ts';
import { lockUsers } from '../../queries/lock-users.ts';
import { groupFields, groupNameField } from './fields.ts';
import { requireAddable } from './require-addable.ts';
import { requireFreeName } from './require-free-name.ts';

const schema = z.strictObject({
  ...groupFields,
  name: groupNameField,
  members: z.array(id).max(500).default([]).openapi({ description: 'Besides the caller' }),
});

/** Creates a group that the caller owns, and adds the given members. */
export const create = callerOperation(
  {
    method: 'post',
    operationId: 'createGroup',
    path: '/v1/groups',
    tags: ['Groups'],
    summary: 'Make a group',
    request: { body: jsonBody(schema) },
    responses: { 201: { ...jsonResponse(groupSchema, 'The group'), headers: locationHeader } },
    refuses: ['not-found', 'not-friends', 'blocked', 'forbidden', 'conflict', 'group-full', 'refused', 'too-many'],
  },
  async (c) => {
    const { context } = c.var;
    const { user: me } = c.var.caller;
    const { config } = context;
    const given = c.req.valid('json');
    checkCustom(config, given.custom);
    checkAvatar(config, given.avatar);
    const { maxMembers = config.limits.groupMembers } = given;
    if (maxMembers > config.limits.groupMembers) {
      throw fieldRefusal('conflict', 'maxMembers', `This server allows at most ${config.limits.groupMembers}.`);
    }
    const others = [...new Set(given.members)].filter((user) => user !== me);
    if (others.length >= maxMembers) throw new Refusal('group-full', `The group may have ${maxMembers} members.`);
    await limitRate(context, 'group', me, config.perMinute.groupChanges);
    if (others.length > 0) {
      await askHooks(context, 'group.join', me, { group: null, name: given.name, users: others, by: me });
    }
    const group = await commitAndNotify(context, async (tx, notify) => {
      const all = [me, ...others];
      if (!(await lockUsers(tx, all))) throw new Refusal('not-found', 'Some of these users do not exist.');
      if ((await countOwned(tx, me)) >= config.limits.groups) {
        throw new Refusal('conflict', 'You own the maximum number of groups.');
      }
      await requireAddable(tx, config, me, others);
      await requireFreeName(tx, config, given.name);
      const { name, description = '', avatar = null, history = 'joined', slowMode, visibility, custom } = given;
      const settings = { history, slowMode, visibility, custom, maxMembers };
      const group = await insertGroup(tx, { name, description, avatar, ...settings, owner: me });
      const members = all.map((user) => ({ user, role: user === me ? ('owner' as const) : ('member' as const) }));
      await addMembers(tx, group, members, 0);
      notify({
        copies: [group],
        forget: all,
        events: [{ users: all, event: { kind: 'group', group, change: 'created', user: me } }],
        groupNotices: [groupNotice(group, { notice: 'created', by: me, name })],
      });
      return (await getGroup(tx, group, me)) as Group;
    });
    return c.json(group, 201, { location: `/v1/groups/${group.id}` });
  },
);
