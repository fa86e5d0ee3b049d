import { setTimeout as delay } from 'node:timers/promises';
import { ParleyError } from '@parley/client';
import type { Device } from '../people/device.ts';
import type { Fault, World } from './fault.ts';
import { writeFrom } from './write-from.ts';

/** Ms during which users attempt actions that they are not allowed to perform. */
const WINDOW = 1500;

/** Ms between two attempts of an api call. */
const RETRY = 200;

/** Mutes a member of a group. Until the mute ends, the server must refuse the member's messages. */
export const muteMember: Fault = {
  name: 'a member is muted',
  weight: 2,
  takes: ['clients', 'clocks'],
  strike: async (world, random) => {
    const [group, [owner = 0, ...members]] = random.pick([...world.population.groups]);
    const user = random.pick(members);
    const mute = (mutedUntil: number | null) =>
      call(world, owner, ({ client }) =>
        client.api('PATCH /groups/{id}/members/{user}', { id: group, user, mutedUntil }),
      );
    await mute(Date.now() + 3_600_000);
    await refused(world, () => writeFrom(world, user, group, 4, true));
    await mute(null);
    writeFrom(world, user, group, 2, true);
    return `${user} in ${group}`;
  },
};

/**
 * Bans a guest (a temporary member) from a group. While banned, the guest must receive no message
 * of the group, and the server must refuse the guest's messages.
 */
export const banGuest: Fault = {
  name: 'a member is banned',
  weight: 2,
  takes: ['clients'],
  strike: async (world, random) => {
    const { population } = world;
    const { group, user } = random.pick(population.guests);
    const members = population.groups.get(group) ?? [];
    const [owner = 0] = members;
    await population.product.join(group, user);
    writeFrom(world, user, group, 2, true);
    await call(world, owner, ({ client }) => client.api('PUT /groups/{id}/bans/{user}', { id: group, user }));
    await refused(
      world,
      () => writeFrom(world, user, group, 3, true),
      () => members.slice(0, 4).flatMap((member) => writeFrom(world, member, group, 2, true)),
      user,
    );
    await call(world, owner, ({ client }) => client.api('DELETE /groups/{id}/bans/{user}', { id: group, user }));
    return `${user} in ${group}`;
  },
};

/** Seconds that a member must wait between two messages in slow mode. */
const SLOW = 10;

/**
 * Turns on slow mode in a group. The server must then accept only one message of each member within
 * `SLOW` seconds.
 */
export const slowMode: Fault = {
  name: 'a group is slowed',
  weight: 2,
  takes: ['clients', 'clocks'],
  strike: async (world, random) => {
    const { population, ledger } = world;
    const [group, [owner = 0, ...members]] = random.pick([...population.groups]);
    const set = (seconds: number) =>
      call(world, owner, ({ client }) => client.api('PATCH /groups/{id}', { id: group, slowMode: seconds }));
    await set(SLOW);
    const [began, first] = [performance.now(), ledger.sent.length];
    for (const member of members.slice(0, 3)) writeFrom(world, member, group, 3, true);
    await delay(WINDOW);
    if (performance.now() - began < SLOW * 1000) {
      for (const member of members) {
        const accepted = ledger.sent
          .slice(first)
          .filter(({ from, chat, state }) => from === member && chat === group && state === 'acknowledged');
        for (const message of accepted.slice(1)) message.forbidden = true;
      }
    }
    await set(0);
    return `${group}`;
  },
};

/**
 * Sends messages that the server must refuse, and messages that the user `from` must not receive.
 * It marks in the ledger those that the server accepted before this function resolved, because the
 * permissions change afterwards.
 */
async function refused(
  _world: World,
  forbidden: () => ReturnType<typeof writeFrom>,
  withheld: () => ReturnType<typeof writeFrom> = () => [],
  from?: number,
): Promise<void> {
  let open = true;
  const tried = forbidden().map(({ message, done }) =>
    done.then(() => {
      if (open && message.state === 'acknowledged') message.forbidden = true;
    }),
  );
  const said = withheld().map(({ message, done }) =>
    done.then(() => {
      if (open && message.state === 'acknowledged' && from !== undefined) message.withheld = [from];
    }),
  );
  await Promise.race([Promise.all([...tried, ...said]), delay(WINDOW)]);
  open = false;
}

/**
 * Performs an api call as a user, with any device of the user, and retries it until it succeeds.
 */
async function call(world: World, user: number, work: (device: Device) => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const device = world.population.devicesOf(user).find(({ running }) => running);
    try {
      if (device) return void (await work(device));
    } catch (error) {
      if (!(error instanceof ParleyError) || !(error.retry || error.code === 'aborted')) throw error;
    }
    await delay(RETRY);
  }
  throw new Error(`The api did not reply to ${user}`);
}
