import { createScript, type RedisConnection } from '@parley/redis';
import acquireSource from './acquire.lua';
import announceSource from './announce.lua';
import renewSource from './renew.lua';

const announceScript = createScript('announce-recorder', [announceSource]);
const renewScript = createScript('renew-lease', [renewSource]);
const acquireScript = createScript('acquire-lease', [acquireSource]);

/** Creates a lease store in Redis, which also contains the list of live recorders. */
export function createLeaseStore(redis: RedisConnection): LeaseStore {
  const { keys, client, clustered } = redis;
  const names = Array.from({ length: keys.buckets }, (_, bucket) => keys.lease(bucket));
  const renew = async (buckets: readonly number[], holder: string, value: string, ttl: number) => {
    const replies = await redis.run(
      renewScript,
      buckets.map((bucket) => keys.lease(bucket)),
      [holder, value, ttl],
    );
    return (replies as number[]).map((held) => held === 1);
  };
  return {
    buckets: keys.buckets,
    read: () => (clustered ? Promise.all(names.map((name) => client.get(name))) : client.mget(names)),
    acquire: async (bucket, value, expected, ttl) =>
      (await redis.run(acquireScript, [keys.lease(bucket)], [value, expected ?? '', ttl])) === 1,
    // Calls the script once per bucket in a cluster, because a script can access the keys of only
    // one bucket there.
    renew: async (buckets, holder, value, ttl) => {
      if (!clustered) return buckets.length > 0 ? await renew(buckets, holder, value, ttl) : [];
      return (await Promise.all(buckets.map((bucket) => renew([bucket], holder, value, ttl)))).flat();
    },
    release: async (bucket, holder) => void (await renew([bucket], holder, '', 0)),
    announce: async (recorder, silence) =>
      Number(await redis.run(announceScript, [keys.recorders], [recorder, silence])),
  };
}

/**
 * Stores the leases of all buckets. The value of a lease is `<recorder>:<turn>`, which changes with
 * each renewal.
 */
export interface LeaseStore {
  readonly buckets: number;
  /** Returns the value of every bucket's lease. Null: the lease is free. */
  read(): Promise<(string | null)[]>;
  /**
   * Sets the value of a lease if it is free or still has the value `expected`. Returns whether it
   * was set.
   */
  acquire(bucket: number, value: string, expected: string | null, ttl: number): Promise<boolean>;
  /**
   * Changes the value of the leases that `holder` has. Returns for each bucket whether `holder` had
   * the lease.
   */
  renew(buckets: readonly number[], holder: string, value: string, ttl: number): Promise<boolean[]>;
  /** Frees a lease if `holder` has it. */
  release(bucket: number, holder: string): Promise<void>;
  /**
   * Adds a recorder to the list of live recorders, or removes it if `silence` is 0. Removes
   * recorders that sent no heartbeat for `silence` ms. Returns the number of live recorders.
   */
  announce(recorder: string, silence: number): Promise<number>;
}
