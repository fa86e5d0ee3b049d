import type { MiddlewareHandler } from 'hono';
import type { AppContext } from '../app-context.ts';
import { Refusal } from './refusal.ts';

/** Number of seconds after which a client retries. */
const RETRY_AFTER = 10;

/**
 * Refuses every request while Redis and PostgreSQL do not belong together: one of them belongs to
 * another installation or was restored to an earlier time.
 */
export function requireMatchingStores({ stores }: Pick<AppContext, 'stores'>): MiddlewareHandler {
  return async (_, next) => {
    if (!stores.matched) {
      const detail = 'The service is being restored from a backup. Try again in a moment.';
      throw new Refusal('unavailable', detail, { retryAfter: RETRY_AFTER });
    }
    await next();
  };
}
