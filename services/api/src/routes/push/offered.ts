import type { AppContext } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';
import type { PushConfig } from '../../push/config.ts';
import type { PushServiceName } from '../../queries/push-subscriptions.ts';

/**
 * Returns the push settings if the server uses the given push service.
 *
 * @throws Refusal if the server does not use this service
 */
export function offered<S extends PushServiceName>({ config }: AppContext, service: S): Offered<S> {
  if (!config.push?.[service])
    throw new Refusal('not-found', 'This server does not send notifications by this service.');
  return config.push as Offered<S>;
}

type Offered<S extends PushServiceName> = PushConfig & { [K in S]: NonNullable<PushConfig[K]> };
