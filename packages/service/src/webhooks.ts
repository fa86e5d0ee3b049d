import { type Endpoint, endpoints } from './endpoints.ts';
import type { Variable } from './env/read-env.ts';

/** Kinds of events that an endpoint can subscribe to. */
export const webhookKinds = ['message', 'friend', 'group', 'presence', 'report'] as const;

export type WebhookKind = (typeof webhookKinds)[number];

/** A webhook endpoint and its subscriptions. `id` is the key of its queue. */
export type WebhookEndpoint = Endpoint<WebhookKind>;

/**
 * The queue of push notifications. It is handled like an endpoint. No configured endpoint can have
 * this id.
 */
export const pushEndpoint: WebhookEndpoint = { id: '~push', url: '', events: ['message'], secrets: [] };

/**
 * The variable `WEBHOOKS`: a list of endpoints.
 *
 * @param signed whether each endpoint needs a secret. False in processes that only queue events
 */
export function webhooks({ signed = false } = {}): Variable<readonly WebhookEndpoint[]> {
  return endpoints(webhookKinds, signed);
}
