import source from './begin-generation.lua';
import clock from './clock.lua';
import { type Call, createScript } from './script.ts';

const script = createScript('begin-generation', [clock, source]);

/**
 * Reads the generations of buckets (numbers that grow when a server might have lost writes), and
 * begins a new generation if the bucket's server has been restarted, promoted or replaced since the
 * last one began. Inboxes whose epoch is below their bucket's generation get a new epoch. Must be
 * called on each new connection, before any other command. Returns undefined for a bucket that is
 * not on this server. Rejects if the server is a replica.
 */
export async function beginGenerations(
  call: Call,
  buckets: readonly BucketKeys[],
): Promise<(Generation | undefined)[]> {
  const info = String(await call(['INFO', 'server', 'replication']));
  if (!/^role:master/m.test(info)) throw new Error('Redis is a replica');
  const run = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
  // The identity also contains the replication id, because that changes when a replica is promoted
  // to master without a restart.
  const identity = `${run}:${/^master_replid:(\w+)/m.exec(info)?.[1] ?? ''}`;
  const salt = Number.parseInt(run.slice(0, 4), 16) || 0;
  const begin = async ({ server, issued, birth }: BucketKeys) => {
    try {
      const reply = await script.run(call, [server, ...issued], [identity, salt, birth]);
      const [generation, stored, lost] = reply as [number, string, number];
      return { generation, birth: stored, lost };
    } catch (error) {
      if (error instanceof Error && /^(MOVED|ASK|TRYAGAIN)/.test(error.message)) return undefined;
      throw error;
    }
  };
  return Promise.all(buckets.map(begin));
}

/**
 * Names of a bucket's keys, and the bucket's `birth` (an id of the server's data) as last read.
 * Without a cluster, the keys of all buckets.
 */
export interface BucketKeys {
  server: string;
  issued: string[];
  birth: string;
}

export interface Generation {
  /**
   * Unix ms at which the generation began. Greater than every epoch that the bucket's inboxes got
   * before.
   */
  generation: number;
  /** Identifies the data of the server. It changes when the server loses all its data. */
  birth: string;
  /** Generation in which a client noticed that the server had lost all its data. 0: never. */
  lost: number;
}
