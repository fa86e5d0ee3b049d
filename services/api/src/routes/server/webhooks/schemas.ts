import { z } from '@hono/zod-openapi';
import { webhookKinds } from '@parley/service';

/** The schema of a webhook endpoint. */
export const endpointSchema = z
  .object({
    endpoint: z.string(),
    url: z.string(),
    events: z.array(z.enum(webhookKinds)),
    waiting: z.int().nonnegative().openapi({ description: 'Events that are queued for this endpoint' }),
    dead: z.int().nonnegative().openapi({ description: 'Events that failed permanently' }),
  })
  .openapi('WebhookEndpoint');

/** The schema of an event whose delivery failed permanently. */
export const deadSchema = z
  .object({
    id: z.string().openapi({ description: 'To replay or forget it' }),
    endpoint: z.string(),
    attempts: z.int().positive(),
    error: z.string().openapi({ description: 'How the last attempt ended' }),
    died: z.int().openapi({ description: 'When, in ms since 1970' }),
    event: z
      .object({ id: z.string(), type: z.string(), date: z.int(), data: z.record(z.string(), z.unknown()) })
      .openapi({ description: 'What the endpoint would have got, save for the attempt' }),
  })
  .openapi('DeadWebhook');
