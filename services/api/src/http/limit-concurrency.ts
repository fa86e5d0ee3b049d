import { addGauge, type Registry } from '@parley/service';
import type { MiddlewareHandler } from 'hono';
import type { OpenEnv } from '../app-context.ts';
import type { Bodies } from './bodies.ts';
import { addressOf } from './limit-rate.ts';
import { Refusal } from './refusal.ts';

/**
 * Extra requests, as a fraction of the limit, that are admitted only from addresses without a
 * request in flight.
 */
const RESERVE = 1 / 4;

/**
 * Refuses a request with 503 and `Retry-After` while `maxInFlight` others are in flight, so that
 * latency and memory stay bounded. Beyond `maxInFlight`, another `maxInFlight` / 4 requests are
 * admitted, but only from addresses without a request in flight, so that a flooding address does
 * not lock others out. A streaming response counts only until its first bytes are sent. Paths for
 * which `free` returns true do not count.
 */
export function limitConcurrency(
  metrics: Registry,
  maxInFlight: number,
  free: (path: string) => boolean,
  bodies: Bodies,
): MiddlewareHandler<OpenEnv> {
  let inFlight = 0;
  const byAddress = new Map<string, number>();
  addGauge(metrics, 'parley_api_requests_under_way', 'Requests in progress.', () => inFlight);
  return async (c, next) => {
    if (free(c.req.path)) return next();
    const address = addressOf(c);
    // Receives the body before the request counts as in flight, because a slow body occupies no
    // worker.
    if (c.req.method !== 'GET') await bodies.receive(c, address);
    const own = byAddress.get(address) ?? 0;
    if (inFlight >= (own > 0 ? maxInFlight : maxInFlight * (1 + RESERVE))) {
      const retryAfter = 1 + Math.floor(Math.random() * 3);
      throw new Refusal('unavailable', 'The server is busy with too many requests. Try again later.', { retryAfter });
    }
    inFlight += 1;
    byAddress.set(address, own + 1);
    try {
      await next();
    } finally {
      inFlight -= 1;
      const left = (byAddress.get(address) as number) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    }
  };
}
