import { type Call, createScript } from '../script.ts';
import clock from './clock.lua';
import source from './take-over.lua';

const script = createScript('take-over', [clock, source]);

/**
 * When the server last took the place of a failed master, in ms since 1970 by its clock; 0 for never. To be asked on each new connection,
 * before all else. Whoever asks first after a take-over sets the time. Rejects when the server is no master.
 */
export async function readTakeOver(call: Call, key: string): Promise<number> {
  const info = String(await call(['INFO', 'replication']));
  const id = /^master_replid:(\w+)/m.exec(info)?.[1] ?? '';
  const before = /^master_replid2:(\w+)/m.exec(info)?.[1] ?? '';
  return Number(await script.run(call, [key], [id, before]));
}
