import { z } from '@hono/zod-openapi';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { checkCustom } from '../../../http/check-custom.ts';
import { jsonBody, jsonResponse, serverOperation } from '../../../http/operation.ts';
import { fieldRefusal } from '../../../http/refusal.ts';
import { lockGroup } from '../../../queries/groups.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import { findGroupId, getServerGroup, lockExternalGroup, type ServerGroup } from '../../../queries/server-groups.ts';
import { groupFields, groupNameField } from '../../groups/fields.ts';
import { requireFreeName } from '../../groups/require-free-name.ts';
import { externalIdField, requireUser, userRef } from '../refs.ts';
import { serverGroupSchema } from '../schemas.ts';
import { createGroup } from './create-group.ts';
import { handOver } from './hand-over.ts';
import { setMembers } from './set-members.ts';
import { requireRoom, updateServerGroup } from './update-group.ts';

const schema = z.strictObject({
  ...groupFields,
  name: groupNameField,
  owner: userRef,
  retention: z.int().nonnegative().max(36_500).nullable().optional().openapi({
    description: 'Days after which messages are removed. 0: never. Null: as set for the installation',
  }),
  members: z
    .array(userRef)
    .max(500)
    .optional()
    .openapi({ description: 'All of them; the owner may be left out. When absent, they stay as they are' }),
});

/**
 * Creates the group with an external id, or changes the given fields of the existing group. If
 * `members` is set, other members are removed.
 */
export const putGroup = serverOperation(
  {
    method: 'put',
    operationId: 'putServerGroup',
    path: '/v1/server/groups/{group}',
    tags: ['Server'],
    summary: 'Create or change a group by your own id',
    request: { params: z.object({ group: externalIdField }), body: jsonBody(schema) },
    responses: {
      200: jsonResponse(serverGroupSchema, 'The changed group'),
      201: jsonResponse(serverGroupSchema, 'The new group'),
    },
    refuses: ['not-found', 'conflict', 'group-full'],
  },
  async (c) => {
    const { context } = c.var;
    const { group: externalId } = c.req.valid('param');
    const { owner: ownerRef, members, ...given } = c.req.valid('json');
    checkCustom(context.config, given.custom);
    if ((given.maxMembers ?? 0) > context.config.limits.groupMembers) {
      throw fieldRefusal('conflict', 'maxMembers', `This server allows at most ${context.config.limits.groupMembers}.`);
    }
    const { status, group } = await commitAndNotify(context, async (tx, notify) => {
      await lockExternalGroup(tx, externalId);
      const owner = await requireUser(tx, ownerRef);
      const users = new Set([owner]);
      for (const ref of members ?? []) users.add(await requireUser(tx, ref));
      await lockUsers(tx, [...users]);
      const found = await findGroupId(tx, externalId);
      // Locks users before groups, and groups before names, which prevents deadlocks.
      if (found === undefined) {
        await requireFreeName(tx, context.config, given.name);
        const group = await createGroup(tx, notify, context.config, { ...given, externalId, owner }, [...users]);
        return { status: 201 as const, group };
      }
      await lockGroup(tx, found);
      await requireFreeName(tx, context.config, given.name, found);
      await updateServerGroup(tx, notify, found, given);
      await handOver(context, tx, notify, found, owner, members && users);
      if (members) await setMembers(context, tx, notify, found, users);
      await requireRoom(tx, found);
      return { status: 200 as const, group: found };
    });
    return c.json((await getServerGroup(context.db, group)) as ServerGroup, status);
  },
);
