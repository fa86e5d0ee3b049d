import { z } from '@hono/zod-openapi';
import { type Member, SYSTEM_USER } from '@parley/protocol';
import { audit } from '../../../accounts/audit.ts';
import { commitAndNotify } from '../../../events/commit-and-notify.ts';
import { jsonBody, jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { idCursor, pageFields, toPage } from '../../../http/page.ts';
import { Refusal } from '../../../http/refusal.ts';
import { banSchema, memberSchema, pageOf } from '../../../http/schemas.ts';
import { listBans } from '../../../queries/group-bans.ts';
import { getMember } from '../../../queries/group-members.ts';
import { lockUsers } from '../../../queries/lock-users.ts';
import { banUser, unbanUser } from '../../groups/ban-user.ts';
import { muteEndField } from '../../groups/fields.ts';
import { muteMember } from '../../groups/mute-member.ts';
import { refParam, requireUser, show } from '../refs.ts';
import { lockServerGroup, requireGroup } from './require-group.ts';

const params = z.object({ group: refParam, user: refParam });
const by = SYSTEM_USER;

/** Lists the users who are banned from a group. */
export const listServerBans = serverOperation(
  {
    method: 'get',
    operationId: 'listServerBans',
    path: '/v1/server/groups/{group}/bans',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Who is banned from a group',
    request: { params: z.object({ group: refParam }), query: z.strictObject(pageFields(idCursor)) },
    responses: { 200: jsonResponse(pageOf(banSchema), 'A page of bans by user id') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { limit, after } = c.req.valid('query');
    const group = await requireGroup(db, c.req.valid('param').group);
    const rows = await listBans(db, group, { after: after?.[0], limit: limit + 1 });
    const page = toPage(
      rows,
      limit,
      (row) => row,
      idCursor,
      (row) => [row.user.id],
    );
    return c.json(page, 200);
  },
);

/** Bans a user from a group. Removes the user from the group. */
export const putServerBan = serverOperation(
  {
    method: 'put',
    operationId: 'putServerBan',
    path: '/v1/server/groups/{group}/bans/{user}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Ban a user from a group',
    request: { params },
    responses: { 200: jsonResponse(banSchema, 'The ban. `by` is the system user') },
    refuses: ['not-found', 'conflict'],
  },
  async (c) => {
    const { context } = c.var;
    const given = c.req.valid('param');
    const { ban, group } = await commitAndNotify(context, async (tx, notify) => {
      const user = await requireUser(tx, given.user);
      await lockUsers(tx, [user]);
      const group = await lockServerGroup(tx, given.group);
      return { group, ban: await banUser(context, tx, notify, { group, user, by, server: true }) };
    });
    audit(c, 'group.banned', { group, user: ban.user.id });
    return c.json(ban, 200);
  },
);

/** Lifts a ban. No-op if the user is not banned. */
export const removeServerBan = serverOperation(
  {
    method: 'delete',
    operationId: 'deleteServerBan',
    path: '/v1/server/groups/{group}/bans/{user}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Lift a ban',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const given = c.req.valid('param');
    const { lifted, ...ban } = await commitAndNotify(c.var.context, async (tx, notify) => {
      const user = await requireUser(tx, given.user);
      const group = await lockServerGroup(tx, given.group);
      return { group, user, lifted: await unbanUser(tx, notify, { group, user, by }) };
    });
    if (lifted) audit(c, 'group.unbanned', ban);
    return c.body(null, 204);
  },
);

/** Mutes a member of a group until a date. */
export const putServerMute = serverOperation(
  {
    method: 'put',
    operationId: 'putServerMute',
    path: '/v1/server/groups/{group}/mutes/{user}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'Mute a member of a group',
    request: { params, body: jsonBody(z.strictObject({ until: muteEndField })) },
    responses: { 200: jsonResponse(memberSchema, 'The member') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { until } = c.req.valid('json');
    const { member, group } = await setMute(c.var.context, c.req.valid('param'), until);
    audit(c, 'group.muted', { group, user: member.user.id, mutedUntil: until });
    return c.json(member, 200);
  },
);

/** Ends the mute of a member. */
export const removeServerMute = serverOperation(
  {
    method: 'delete',
    operationId: 'deleteServerMute',
    path: '/v1/server/groups/{group}/mutes/{user}',
    scope: 'moderate',
    tags: ['Server'],
    summary: 'End the mute of a member',
    request: { params },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { member, group } = await setMute(c.var.context, c.req.valid('param'), null);
    audit(c, 'group.muted', { group, user: member.user.id, mutedUntil: null });
    return c.body(null, 204);
  },
);

async function setMute(
  context: Parameters<typeof commitAndNotify>[0],
  given: z.output<typeof params>,
  until: number | null,
): Promise<{ group: number; member: Member }> {
  return await commitAndNotify(context, async (tx, notify) => {
    const user = await requireUser(tx, given.user);
    const group = await lockServerGroup(tx, given.group);
    if ((await getMember(tx, group, user)) === undefined)
      throw new Refusal('not-found', `${show(given.user)} is not in the group.`);
    await muteMember(tx, notify, { group, user, by, until });
    return { group, member: (await getMember(tx, group, user)) as Member };
  });
}
