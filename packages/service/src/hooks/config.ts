import { type HookEvent, hookEvents } from '@parley/protocol';
import { type Endpoint, endpoints } from '../endpoints.ts';
import type { Values } from '../env/read-env.ts';
import { duration, integer, oneOf } from '../env/variables.ts';
import { type Networks, networks } from '../requests/networks.ts';

/** The environment variables of hooks. */
export const hookVariables = {
  HOOKS: endpoints<HookEvent>(hookEvents, true),
  HOOK_TIMEOUT: duration({ min: 10, max: 30_000, default: 500 }),
  HOOK_FAILURE: oneOf(['refuse', 'accept'], { default: 'refuse' }),
  HOOK_CONCURRENCY: integer({ min: 1, max: 100_000, default: 256 }),
  HOOK_NETWORKS: networks(),
};

export function hookConfig(values: Values<typeof hookVariables>): HookConfig {
  return {
    endpoints: values.HOOKS,
    timeout: values.HOOK_TIMEOUT,
    onFailure: values.HOOK_FAILURE,
    concurrency: values.HOOK_CONCURRENCY,
    allowed: values.HOOK_NETWORKS,
  };
}

/** The hook endpoints and the settings of their requests. */
export interface HookConfig {
  /** Hook endpoints, in the order in which they are called. */
  endpoints: readonly Endpoint<HookEvent>[];
  /** Ms within which a hook endpoint must reply. */
  timeout: number;
  /** What happens to the user's operation if an endpoint fails. */
  onFailure: 'refuse' | 'accept';
  /**
   * Maximum number of requests in flight to one endpoint, per process. One user can cause at most
   * one sixteenth of them.
   */
  concurrency: number;
  /** Private networks in which endpoints are allowed, even without TLS. */
  allowed: Networks;
}
