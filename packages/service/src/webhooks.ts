import { type Endpoint, endpoints } from './endpoints.ts';
import type { Variable } from './env/read-env.ts';

/** Kinds of events that an endpoint can subscribe to. */
export const webhookKinds = ['message', 'friend', 'group', 'presence', 'report'] as const;

export type WebhookKind = (typeof webhookKinds)[number];

/** A webhook endpoint and its subscriptions. `id` is the key of its queue. */
export type WebhookEndpoint = Endpoint<WebhookKind>;

/**
 * The queue of push notifications, which is handled like an endpoint. No endpoint can have that
 * name.
 */
export const pushEndpoint: WebhookEndpoint = { id: '~push', url: '', events: ['message'], secrets: [] };

/**
 * The endpoints of `WEBHOOKS`.
 *
 * @param signed whether each needs a secret: false in processes that only queue events
 */
export function webhooks({ signed = false } = {}): Variable<readonly WebhookEndpoint[]> {
  return endpoints(webhookKinds, signed);
}
