import type { RedisConnection } from '@parley/redis';
import { waitFor } from '@parley/stack';
import type { Fault } from './check/evidence.ts';
import type { World } from './faults/fault.ts';
import type { Device } from './people/device.ts';

/** Maximum ms to wait in each stage until everything is idle. */
const PATIENCE = 180_000;

/** Ms after which a device that is online and still has unsent messages counts as stalled. */
const STALL = 45_000;

/**
 * Repairs everything and waits until nothing is in flight: all messages are acknowledged or
 * refused, all of them are in PostgreSQL, and all devices have read their inboxes. Counts and
 * reloads devices that have stalled.
 */
export async function settle(
  { system, population }: World,
  link: RedisConnection,
  log: (line: string) => void,
): Promise<Rest> {
  for (const cable of system.cables) cable.disturb({});
  const { devices } = population;
  for (const device of devices) {
    if (!device.running) await device.start();
  }
  const faults: Fault[] = [];
  const stage = async (what: string, find: () => string[] | Promise<string[]>) => {
    let told = performance.now();
    const left = await untilNone(async () => {
      const found = await find();
      if (found.length > 0 && performance.now() - told > 5000) {
        told = performance.now();
        log(`not yet: ${what}; ${found.length} left: ${found.slice(0, 3).join('; ')}`);
      }
      return found;
    }, PATIENCE);
    if (left.length > 0) {
      const seconds = PATIENCE / 1000;
      const some = left.slice(0, 3).join('; ');
      faults.push({ kind: 'lost', what: `${what}: not within ${seconds} s, ${left.length} left: ${some}` });
    }
    log(what);
  };
  await stage('devices are online', () => devices.flatMap(offline));
  await untilNone(() => devices.flatMap(sending), STALL);
  const stalled = devices.filter((device) => sending(device).length > 0);
  for (const device of stalled) {
    log(`${device.name} (${device.transport}) has stopped sending, and is reloaded`);
    await device.reload();
  }
  await stage('messages are acknowledged', () => devices.flatMap(sending));
  await stage('all is recorded', () => unrecorded(link));
  await stage('devices have their inboxes', () => behind(link, devices));
  return { faults, stalled: stalled.length };
}

/**
 * Calls `find` repeatedly until it returns an empty list. After `timeout` ms, resolves with what
 * `find` still returns.
 */
export async function untilNone(find: () => string[] | Promise<string[]>, timeout: number): Promise<string[]> {
  let left: string[] = [];
  const none = async () => {
    left = await find();
    return left.length === 0;
  };
  await waitFor(none, { timeout, interval: 250 }).catch((error) => {
    if (left.length === 0) left = [String(error.cause ?? error)];
  });
  return left;
}

function offline({ name, client }: Device): string[] {
  return client.status.state === 'online' ? [] : [`${name}: ${JSON.stringify(client.status)}`];
}

function sending({ name, client, transport }: Device): string[] {
  return client
    .chats()
    .flatMap(({ chat }) => client.messages(chat))
    .filter(({ state }) => state === 'sending')
    .map(({ key, chat }) => `${name} (${transport}): ${key} to ${chat}`);
}

/** Returns a line for each record stream that still contains messages for PostgreSQL. */
export async function unrecorded({ client, keys }: RedisConnection): Promise<string[]> {
  const buckets = Array.from({ length: keys.buckets }, (_, bucket) => bucket);
  const lengths = await Promise.all(buckets.map((bucket) => client.xlen(keys.record(bucket))));
  return lengths.flatMap((length, bucket) => (length > 0 ? [`${length} in bucket ${bucket}`] : []));
}

/** Returns a line for each device that has not stored the last event of its inbox. */
async function behind({ client, keys }: RedisConnection, devices: readonly Device[]): Promise<string[]> {
  const found = await Promise.all(
    devices.map(async ({ name, user, cursor }) => {
      const [last] = await client.xrevrange(keys.inbox(user), '+', '-', 'COUNT', 1);
      return last && last[0] !== cursor ? [`${name} is at ${cursor}, the inbox at ${last[0]}`] : [];
    }),
  );
  return found.flat();
}

/** How the run ended. */
interface Rest {
  /** Stages that did not become idle in time. */
  faults: Fault[];
  /** Number of devices that stalled: they were online, but did not send their unsent messages. */
  stalled: number;
}
