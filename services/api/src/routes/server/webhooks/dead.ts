import { z } from '@hono/zod-openapi';
import { listDeadWebhooks, removeDeadWebhook, replayWebhook } from '@parley/redis';
import { jsonResponse, noContent, serverOperation } from '../../../http/operation.ts';
import { pageCursor, pageFields, toPage } from '../../../http/page.ts';
import { Refusal } from '../../../http/refusal.ts';
import { pageOf } from '../../../http/schemas.ts';
import { deadParams, readDeadId, toDeadId } from './dead-id.ts';
import { deadSchema } from './schemas.ts';

const cursor = pageCursor('number', /[A-Za-z0-9_-]{0,32}/);
const query = z.strictObject({ endpoint: z.string().max(32).optional(), ...pageFields(cursor) });

/** Lists events whose delivery failed permanently. */
export const listDead = serverOperation(
  {
    method: 'get',
    operationId: 'listDeadWebhooks',
    path: '/v1/server/webhooks/dead',
    tags: ['Server'],
    summary: 'Events that failed permanently',
    request: { query },
    responses: { 200: jsonResponse(pageOf(deadSchema), 'A page of events, the last failed one first') },
  },
  async (c) => {
    const { redis, config } = c.var.context;
    const { limit, after, endpoint } = c.req.valid('query');
    const [died, last] = after ?? [Number.MAX_SAFE_INTEGER, ''];
    const endpoints = config.webhooks.endpoints.filter(({ id }) => endpoint === undefined || id === endpoint);
    // Orders events that failed at the same time by endpoint. Within one endpoint, no two events
    // have the same date.
    const lists = await Promise.all(
      endpoints.map(async ({ id }) => {
        const items = await listDeadWebhooks(redis, id, id > last ? died + 1 : died, limit + 1);
        return items.map((item) => ({ ...item, id: toDeadId(id, item.id), endpoint: id }));
      }),
    );
    const rows = lists.flat().sort((a, b) => b.died - a.died || (a.endpoint < b.endpoint ? -1 : 1));
    const page = toPage(
      rows.slice(0, limit + 1),
      limit,
      (row) => row as z.infer<typeof deadSchema>,
      cursor,
      (row) => [row.died, row.endpoint],
    );
    return c.json(page, 200);
  },
);

/** Queues a permanently failed event for new delivery attempts. */
export const replayDead = serverOperation(
  {
    method: 'post',
    operationId: 'replayDeadWebhook',
    path: '/v1/server/webhooks/dead/{id}/replay',
    scope: 'admin',
    tags: ['Server'],
    summary: 'Queue a failed event again',
    request: { params: deadParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { endpoint, event } = readDeadId(context, c.req.valid('param').id);
    if (!(await replayWebhook(context.redis, endpoint, event))) throw new Refusal('not-found');
    return c.body(null, 204);
  },
);

/** Deletes an event that failed permanently. */
export const removeDead = serverOperation(
  {
    method: 'delete',
    operationId: 'removeDeadWebhook',
    path: '/v1/server/webhooks/dead/{id}',
    scope: 'admin',
    tags: ['Server'],
    summary: 'Delete a failed event',
    request: { params: deadParams },
    responses: { 204: noContent },
    refuses: ['not-found'],
  },
  async (c) => {
    const { context } = c.var;
    const { endpoint, event } = readDeadId(context, c.req.valid('param').id);
    await removeDeadWebhook(context.redis, endpoint, event);
    return c.body(null, 204);
  },
);
