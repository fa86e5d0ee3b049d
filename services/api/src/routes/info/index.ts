import { z } from '@hono/zod-openapi';
import { jsonResponse, operation } from '../../http/operation.ts';

const schema = z
  .object({
    registration: z.enum(['open', 'invite', 'closed']),
    passwordReset: z.boolean().openapi({ description: 'Whether passwords are reset by e-mail; else by the operator' }),
    history: z.enum(['mirror', 'relay']).openapi({ description: 'Whether messages are recorded' }),
    linkPreviews: z.boolean().openapi({ description: 'Whether messages with links have previews' }),
    maxUpload: z.int().positive().openapi({ description: 'Bytes of one upload' }),
  })
  .openapi('Info');

/** Returns the properties of this server that a client needs before it signs in. */
const get = operation(
  {
    method: 'get',
    operationId: 'getInfo',
    path: '/v1/info',
    tags: ['Accounts'],
    summary: 'What this server offers',
    responses: { 200: jsonResponse(schema, 'Its settings that concern clients') },
  },
  (c) => {
    const { accounts, history, linkPreviews, media } = c.var.context.config;
    const { registration, mail } = accounts;
    const settings = {
      registration,
      passwordReset: mail !== undefined,
      history,
      linkPreviews: linkPreviews.enabled && history === 'mirror',
      maxUpload: media.maxBytes,
    };
    return c.json(settings, 200);
  },
);

export const info = [get];
