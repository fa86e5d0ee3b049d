import type { RedisConnection } from '@parley/redis';
import { waitFor } from '@parley/stack';
import type { Fault } from './check/evidence.ts';
import type { World } from './faults/fault.ts';
import type { Device } from './people/device.ts';

/** Ms in which everything has to come to rest. */
const PATIENCE = 180_000;

/** Ms after which a device that is online and has messages to send counts as stalled. */
const STALL = 45_000;

/**
 * Heals everything, and resolves when nothing is under way: all devices are back and have all of their inboxes, all messages are
 * acknowledged or refused, and all is recorded. Devices that have stalled are reloaded, as their users would, and counted.
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

/** Looks until nothing is found; answers what still is after so many ms. */
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

/** Record streams that are not empty. */
async function unrecorded({ client, keys }: RedisConnection): Promise<string[]> {
  const buckets = Array.from({ length: keys.buckets }, (_, bucket) => bucket);
  const lengths = await Promise.all(buckets.map((bucket) => client.xlen(keys.record(bucket))));
  return lengths.flatMap((length, bucket) => (length > 0 ? [`${length} in bucket ${bucket}`] : []));
}

/** Devices that have not stored the last event of their inbox. */
async function behind({ client, keys }: RedisConnection, devices: readonly Device[]): Promise<string[]> {
  const found = await Promise.all(
    devices.map(async ({ name, user, cursor }) => {
      const [last] = await client.xrevrange(keys.inbox(user), '+', '-', 'COUNT', 1);
      return last && last[0] !== cursor ? [`${name} is at ${cursor}, the inbox at ${last[0]}`] : [];
    }),
  );
  return found.flat();
}

/** How a run came to rest. */
interface Rest {
  /** What did not. */
  faults: Fault[];
  /** Devices that had messages to send, were online, and sent nothing. */
  stalled: number;
}
