import { liveGateways, type RedisConnection } from '@parley/redis';

/**
 * Pings Redis regularly over each kind of connection. If a connected server does not reply for
 * `silence` ms, drops the connections: waiting commands reject, and later ones reject at once.
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
