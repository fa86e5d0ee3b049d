import { liveGateways, type RedisConnection } from '@parley/redis';

/**
 * Asks Redis now and then whether it is there, over each kind of connection to it. When it says nothing for `silence` ms though a
 * connection seems to be up, they are dropped: what waits for them rejects, and what is asked meanwhile does so at once. Answers how
 * to stop.
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
