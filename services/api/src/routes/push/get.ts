import { z } from '@hono/zod-openapi';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { offered } from './offered.ts';

const schema = z.object({
  key: z.string().openapi({ description: 'The server’s VAPID key, for `pushManager.subscribe`' }),
});

export const get = callerOperation(
  {
    method: 'get',
    operationId: 'getPush',
    path: '/v1/push',
    tags: ['Push'],
    summary: 'Whether this server pushes to browsers, and by which key',
    responses: { 200: jsonResponse(schema, 'The key') },
    refuses: ['not-found'],
  },
  (c) => c.json({ key: offered(c.var.context, 'web').web.publicKey }, 200),
);
