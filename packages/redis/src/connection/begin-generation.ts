import source from './begin-generation.lua';
import clock from './clock.lua';
import { type Call, createScript } from './script.ts';

const script = createScript('begin-generation', [clock, source]);

/**
 * Reads the generation of buckets. Begins a new one if the run of their server has changed since
 * the last one began. Must be called on each new connection, before any other command. Returns
 * undefined for a bucket that the server does not have. Rejects if the server is a replica.
 */
export async function beginGenerations(
  call: Call,
  buckets: readonly BucketKeys[],
): Promise<(Generation | undefined)[]> {
  const info = String(await call(['INFO', 'server', 'replication']));
  if (!/^role:master/m.test(info)) throw new Error('Redis is a replica');
  const run = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
  // A run that resynchronised with another master and was promoted has another replication id.
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

/** The keys of a bucket and the birth of its data as last read. On one server, of all buckets. */
export interface BucketKeys {
  server: string;
  issued: string[];
  birth: string;
}

export interface Generation {
  /** When the generation began, in Unix ms. Greater than every epoch that was issued before. */
  generation: number;
  /** Identifies the data of the server. It changes when the server loses all its data. */
  birth: string;
  /** The generation in which a client noticed that all data was lost. 0 = never. */
  lost: number;
}
