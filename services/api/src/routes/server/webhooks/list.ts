import { countWebhooks } from '@parley/redis';
import { jsonResponse, serverOperation } from '../../../http/operation.ts';
import { pageOf } from '../../../http/schemas.ts';
import { endpointSchema } from './schemas.ts';

/** Lists the configured webhook endpoints with the lengths of their queues. */
export const listEndpoints = serverOperation(
  {
    method: 'get',
    operationId: 'listWebhooks',
    path: '/v1/server/webhooks',
    tags: ['Server'],
    summary: 'The webhook endpoints and their queues',
    responses: { 200: jsonResponse(pageOf(endpointSchema), 'All endpoints') },
  },
  async (c) => {
    const { redis, config } = c.var.context;
    const items = await Promise.all(
      config.webhooks.endpoints.map(async ({ id, url, events }) => ({
        ...{ endpoint: id, url, events: [...events] },
        ...(await countWebhooks(redis, id)),
      })),
    );
    return c.json({ items, next: null }, 200);
  },
);
