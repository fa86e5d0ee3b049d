import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import clock from './clock.lua';
import type { RedisConnection } from './redis-connection.ts';
import { createScript } from './script.ts';
import source from './share-settings.lua';

const script = createScript('share-settings', [clock, source]);

const HEARTBEAT_MS = 2000;

/** Ms without a heartbeat after which a process counts as ended. */
const PROCESS_TTL_MS = 7000;

/**
 * Settings that the data in Redis depends on. They stay in Redis when all processes have stopped.
 */
const FIXED = ['BUCKETS'];

/**
 * Compares the settings that all processes must share with those of the running processes, and
 * stores them in Redis while this process runs. If a value differs, waits long enough for the
 * registration of a killed process to expire, and then rejects. Returns a function that removes the
 * settings.
 *
 * @param process a readable name, unique among running processes
 */
export async function shareSettings(
  redis: RedisConnection,
  process: string,
  settings: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const { processes, processSettings, fixedSettings } = redis.keys;
  const names = [processes, processSettings, fixedSettings];
  const args = [process, JSON.stringify(settings), PROCESS_TTL_MS, FIXED.join(' ')];
  const share = async () => (await redis.run(script, names, args)) as string[];
  const deadline = performance.now() + PROCESS_TTL_MS + HEARTBEAT_MS;
  for (;;) {
    const [other, name, value] = await share();
    if (name === undefined) break;
    // Retries, because the settings of a killed process stay until its registration expires.
    if (other !== '' && performance.now() < deadline) await sleep(HEARTBEAT_MS / 4);
    else throw new Error(describe(other ?? '', name, value ?? '', settings[name] ?? ''));
  }
  const heartbeat = setInterval(() => share().catch(() => {}), HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await Promise.all([redis.client.zrem(processes, process), redis.client.hdel(processSettings, process)]).catch(
      () => {},
    );
  };
}

/** Returns the running processes with their shared settings, and the settings that never change. */
export async function readProcesses({ client, keys }: RedisConnection): Promise<SharedSettings> {
  const [seconds] = await client.time();
  const [names, settings, fixed] = await Promise.all([
    client.zrangebyscore(keys.processes, Number(seconds) * 1000 - PROCESS_TTL_MS, '+inf'),
    client.hgetall(keys.processSettings),
    client.hgetall(keys.fixedSettings),
  ]);
  const processes = names.map((name) => ({ name, settings: JSON.parse(settings[name] ?? '{}') as Settings }));
  return { processes, fixed };
}

/** The settings that the running processes share through Redis. */
export interface SharedSettings {
  processes: { name: string; settings: Settings }[];
  fixed: Settings;
}

type Settings = Readonly<Record<string, string>>;

/** Returns a short string that differs for different secrets and does not reveal the secret. */
export function fingerprint(secret: string): string {
  return `fingerprint ${createHash('sha256').update(`parley settings ${secret}`).digest('hex').slice(0, 12)}`;
}

function describe(other: string, name: string, theirs: string, own: string): string {
  const where = other === '' ? 'the data in Redis was written with' : `the running process ${other} has`;
  return `${name} is ${own} here, but ${where} ${theirs}. All processes of an installation need the same value`;
}
