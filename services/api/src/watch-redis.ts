import { liveGateways, type RedisConnection } from '@parley/redis';

/**
 * Pings Redis regularly over each kind of connection. If a server does not reply within `silence`
 * ms, drops the connections, so that waiting commands reject, and later commands reject at once.
 * Returns a function that stops the pings.
 */
export function watchRedis(redis: RedisConnection, silence: number): () => void {
  let waiting = false;
  const ask = async (): Promise<void> => {
    if (waiting) return;
    waiting = true;
    const late = setTimeout(() => redis.reset(), silence);
    await Promise.allSettled([redis.client.ping(), liveGateways(redis)]);
    clearTimeout(late);
    waiting = false;
  };
  const timer = setInterval(ask, silence / 2);
  return () => clearInterval(timer);
}
