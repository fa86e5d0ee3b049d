import { type Endpoint, endpoints } from './endpoints.ts';
import type { Variable } from './env/read-env.ts';

/** Kinds of events that a webhook endpoint can subscribe to. */
export const webhookKinds = ['message', 'friend', 'group', 'presence', 'report'] as const;

export type WebhookKind = (typeof webhookKinds)[number];

/**
 * A webhook endpoint and the events to which it subscribes. `id` is the name of the endpoint's
 * queue in Redis.
 */
export type WebhookEndpoint = Endpoint<WebhookKind>;

/**
 * Id of the queue of push notifications, which works like the queue of a webhook endpoint. No
 * configured endpoint can have this id.
 */
export const pushEndpoint: WebhookEndpoint = { id: '~push', url: '', events: ['message'], secrets: [] };

/**
 * The variable `WEBHOOKS`: a JSON list of webhook endpoints.
 *
 * @param signed whether each endpoint needs a secret. False in processes that only queue events
 */
export function webhooks({ signed = false } = {}): Variable<readonly WebhookEndpoint[]> {
  return endpoints(webhookKinds, signed);
}
