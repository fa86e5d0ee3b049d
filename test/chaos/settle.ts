import type { Link } from '@parley/redis';
import { waitFor } from '@parley/stack';
import type { Fault } from './check/evidence.ts';
import type { World } from './faults/fault.ts';

/** Ms in which everything has to come to rest. */
const PATIENCE = 120_000;

/**
 * Heals everything, and resolves when nothing is under way: all devices are back and have all of their inboxes, all messages are
 * acknowledged or refused, and all is recorded. Answers what did not come to rest.
 */
export async function settle(
  { system, population, ledger }: World,
  link: Link,
  log: (line: string) => void,
): Promise<Fault[]> {
  for (const cable of system.cables) cable.disturb({});
  const { devices } = population;
  for (const device of devices) {
    device.hold(false);
    if (!device.running) await device.start();
  }
  const stages: [string, () => Promise<string[]>][] = [
    [
      'devices are online',
      async () =>
        devices
          .filter(({ client }) => client.status.state !== 'online')
          .map((device) => `${device.name}: ${JSON.stringify(device.client.status)}`),
    ],
    [
      'messages are acknowledged',
      async () =>
        devices.flatMap((device) =>
          device.client
            .chats()
            .flatMap(({ chat }) => device.client.messages(chat))
            .filter(({ state }) => state === 'sending')
            .map(({ key, chat }) => `${device.name}: ${key} to ${chat}`),
        ),
    ],
    ['all is recorded', async () => waiting(link)],
    ['devices have their inboxes', async () => behind(link, devices)],
  ];
  const faults: Fault[] = [];
  for (const [what, open] of stages) {
    let left: string[] = [];
    try {
      await waitFor(
        async () => {
          left = await open();
          return left.length === 0;
        },
        { timeout: PATIENCE, interval: 200 },
      );
      log(what);
    } catch {
      faults.push({
        kind: 'lost',
        what: `not so within ${PATIENCE / 1000} s: ${what}; ${left.length} left, ${left.slice(0, 3).join('; ')}`,
      });
    }
  }
  log(`${ledger.sent.filter(({ state }) => state === 'open').length} messages nobody knows of`);
  return faults;
}

/** Record streams that are not empty. */
async function waiting({ client, keys }: Link): Promise<string[]> {
  const lengths = await Promise.all(
    Array.from({ length: keys.buckets }, (_, bucket) => client.xlen(keys.record(bucket))),
  );
  return lengths.flatMap((length, bucket) => (length > 0 ? [`${length} in bucket ${bucket}`] : []));
}

/** Devices that have not stored the last event of their inbox. */
async function behind({ client, keys }: Link, devices: World['population']['devices']): Promise<string[]> {
  const found = await Promise.all(
    devices.map(async (device) => {
      const [last] = await client.xrevrange(keys.inbox(device.user), '+', '-', 'COUNT', 1);
      return last && last[0] !== device.cursor
        ? [`${device.name} is at ${device.cursor}, the inbox at ${last[0]}`]
        : [];
    }),
  );
  return found.flat();
}
