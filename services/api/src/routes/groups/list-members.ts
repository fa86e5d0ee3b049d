import { z } from '@hono/zod-openapi';
import { idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../http/page.ts';
import { memberSchema, pageOf } from '../../http/schemas.ts';
import { getRole, listMembers } from '../../queries/group-members.ts';
import { noGroup } from './enter-group.ts';

const cursor = pageCursor('int32', 'number');

/** Lists the members of a group of which the caller is a member. */
export const listMembersOf = callerOperation(
  {
    method: 'get',
    operationId: 'listMembers',
    path: '/v1/groups/{id}/members',
    tags: ['Groups'],
    summary: 'Who is in a group',
    request: { params: idParams, query: z.strictObject(pageFields(cursor)) },
    responses: {
      200: jsonResponse(pageOf(memberSchema), 'A page of members: the owner, admins, then the others, by id'),
    },
    refuses: ['not-found'],
  },
  async (c) => {
    const { db } = c.var.context;
    const { id } = c.req.valid('param');
    const { limit, after } = c.req.valid('query');
    if ((await getRole(db, id, c.var.caller.user)) === undefined) throw noGroup();
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
