import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { pageOf } from '../../http/schemas.ts';
import { listPushDevices } from '../../queries/push-subscriptions.ts';
import { pushDeviceSchema } from '../server/schemas.ts';

/** Lists the push devices of the caller. */
export const listDevices = callerOperation(
  {
    method: 'get',
    operationId: 'listPushDevices',
    path: '/v1/push/devices',
    tags: ['Push'],
    summary: 'Your push devices',
    description: 'Without their tokens, which are secrets.',
    responses: { 200: jsonResponse(pageOf(pushDeviceSchema), 'All devices, the newest first') },
  },
  async (c) => {
    const { context, caller } = c.var;
    return c.json({ items: await listPushDevices(context.db, caller.user), next: null }, 200);
  },
);
