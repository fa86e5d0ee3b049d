import clock from './clock.lua';
import { type Call, createScript } from './script.ts';
import source from './take-over.lua';

const script = createScript('take-over', [clock, source]);

/**
 * When the server last took the place of a failed master, in ms since 1970 by its clock, for each
 * of these keys; 0 for never, undefined where a key is elsewhere by now. To be asked on each new
 * connection, before all else: whoever asks first after a take-over sets the time. Rejects when the
 * server is no master.
 */
export async function readTakeOvers(call: Call, keys: readonly string[]): Promise<(number | undefined)[]> {
  const info = String(await call(['INFO', 'replication']));
  if (!/^role:master/m.test(info)) throw new Error('Redis is a replica');
  const id = /^master_replid:(\w+)/m.exec(info)?.[1] ?? '';
  const before = /^master_replid2:(\w+)/m.exec(info)?.[1] ?? '';
  const read = async (key: string) => {
    try {
      return Number(await script.run(call, [key], [id, before]));
    } catch (error) {
      if (error instanceof Error && /^(MOVED|ASK|TRYAGAIN)/.test(error.message)) return undefined;
      throw error;
    }
  };
  return Promise.all(keys.map(read));
}
