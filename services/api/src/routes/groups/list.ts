import { z } from '@hono/zod-openapi';
import type { FoundGroup, Group } from '@parley/protocol';
import { line } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { idCursor, type Page, pageFields, toPage } from '../../http/page.ts';
import { foundGroupSchema, groupSchema, pageOf } from '../../http/schemas.ts';
import { findGroups } from '../../queries/found-groups.ts';
import { listGroups } from '../../queries/groups.ts';

const q = line(64).optional().openapi({ description: 'Finds groups whose name begins with it, except private ones' });

/** Lists the caller's groups, or finds groups whose name begins with a query. */
export const list = callerOperation(
  {
    method: 'get',
    operationId: 'listGroups',
    path: '/v1/groups',
    tags: ['Groups'],
    summary: 'Groups you are in, or groups that you find by name',
    request: { query: z.strictObject({ q, ...pageFields(idCursor) }) },
    responses: {
      200: jsonResponse(
        z.union([pageOf(groupSchema), pageOf(foundGroupSchema)]),
        'A page of groups by id; with `q`, a page of found groups by name',
      ),
    },
  },
  async (c) => {
    const { db } = c.var.context;
    const { user: me } = c.var.caller;
    const { q, limit, after } = c.req.valid('query');
    const [last] = after ?? [];
    if (q !== undefined) return c.json(pageById(await findGroups(db, me, q, last, limit + 1), limit), 200);
    return c.json(pageById(await listGroups(db, me, last ?? 0, limit + 1), limit), 200);
  },
);

function pageById<G extends Group | FoundGroup>(rows: G[], limit: number): Page<G> {
  return toPage(
    rows,
    limit,
    (group) => group,
    idCursor,
    (group) => [group.id],
  );
}
