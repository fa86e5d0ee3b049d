import { createScript, type RedisConnection } from '@parley/redis';
import acquireSource from './acquire.lua';
import announceSource from './announce.lua';
import renewSource from './renew.lua';

const announceScript = createScript('announce-recorder', [announceSource]);
const renewScript = createScript('renew-lease', [renewSource]);
const acquireScript = createScript('acquire-lease', [acquireSource]);

/** The leases and the list of live recorders, in Redis. */
export function createLeaseStore(redis: RedisConnection): LeaseStore {
  const { keys, client, clustered } = redis;
  const names = Array.from({ length: keys.buckets }, (_, bucket) => keys.lease(bucket));
  return {
    buckets: keys.buckets,
    read: () => (clustered ? Promise.all(names.map((name) => client.get(name))) : client.mget(names)),
    acquire: async (bucket, value, expected, ttl) =>
      (await redis.run(acquireScript, [keys.lease(bucket)], [value, expected ?? '', ttl])) === 1,
    renew: async (bucket, holder, value, ttl) =>
      (await redis.run(renewScript, [keys.lease(bucket)], [holder, value, ttl])) === 1,
    release: async (bucket, holder) => void (await redis.run(renewScript, [keys.lease(bucket)], [holder, '', 0])),
    announce: async (recorder, silence) =>
      Number(await redis.run(announceScript, [keys.recorders], [recorder, silence])),
  };
}

/** Where leases are kept. A lease's value is `<recorder>:<turn>`; it changes with each renewal. */
export interface LeaseStore {
  readonly buckets: number;
  /** Returns the value of every bucket's lease; null: free. */
  read(): Promise<(string | null)[]>;
  /** Sets a lease that is free or still has the value `expected`. Returns whether it did. */
  acquire(bucket: number, value: string, expected: string | null, ttl: number): Promise<boolean>;
  /** Sets a lease that `holder` has. Returns whether it did. */
  renew(bucket: number, holder: string, value: string, ttl: number): Promise<boolean>;
  /** Frees a lease that `holder` has. */
  release(bucket: number, holder: string): Promise<void>;
  /**
   * Adds a recorder to the live ones (`silence` 0: removes it), drops those silent for longer, and
   * returns how many are left.
   */
  announce(recorder: string, silence: number): Promise<number>;
}
