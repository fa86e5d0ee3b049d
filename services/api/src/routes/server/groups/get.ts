import { z } from '@hono/zod-openapi';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { memberSchema, pageOf } from '../../../http/schemas.ts';
import { listMembers } from '../../../queries/group-members.ts';
import { getServerGroup, type ServerGroup } from '../../../queries/server-groups.ts';
import { refParam } from '../refs.ts';
import { serverGroupSchema } from '../schemas.ts';
import { requireGroup } from './require-group.ts';

const params = z.object({ group: refParam });
const cursor = pageCursor('int32', 'number');

/** Returns a group by external id or Parley's id. */
export const getGroup = serverOperation(
  {
    method: 'get',
    operationId: 'getServerGroup',
    path: '/v1/server/groups/{group}',
    tags: ['Server'],
    summary: 'A group',
    request: { params },
    responses: { 200: jsonResponse(serverGroupSchema, 'The group') },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const id = await requireGroup(db, c.req.valid('param').group);
    return c.json((await getServerGroup(db, id)) as ServerGroup, 200);
  },
);

/** Lists the members of a group. */
export const listGroupMembers = serverOperation(
  {
    method: 'get',
    operationId: 'listServerGroupMembers',
    path: '/v1/server/groups/{group}/members',
    tags: ['Server'],
    summary: 'The members of a group',
    request: { params, query: z.strictObject(pageFields(cursor)) },
    responses: {
      200: jsonResponse(pageOf(memberSchema), 'A page of members: the owner, admins, then the others, by id'),
    },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { limit, after } = c.req.valid('query');
    const id = await requireGroup(db, c.req.valid('param').group);
    const rows = await listMembers(db, id, after, limit + 1);
    return c.json(
      toPage(
        rows,
        limit,
        ({ rank: _, ...member }) => member,
        cursor,
        (row) => [row.rank, row.user.id],
      ),
      200,
    );
  },
);
