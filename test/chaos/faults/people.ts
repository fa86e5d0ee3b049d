import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { writeFrom } from './write-from.ts';

/** Ms during which users attempt actions that they are not allowed to perform. */
const WINDOW = 1500;

/**
 * Ends the friendship of two users for a while. Until they are friends again, the server must
 * refuse their messages to each other.
 */
export const partFriends: Fault = {
  name: 'friends part and make up',
  weight: 3,
  takes: ['clients'],
  strike: async (world, random) => {
    const { population } = world;
    const [a, b] = random.pick(population.fickle);
    writeFrom(world, a, b, 3);
    writeFrom(world, b, a, 3);
    await population.product.part(a, b);
    let parted = true;
    const tried = [...writeFrom(world, a, b, 5), ...writeFrom(world, b, a, 5)].map(({ message, done }) =>
      done.then(() => {
        if (parted && message.state === 'acknowledged') message.forbidden = true;
      }),
    );
    await Promise.race([Promise.all(tried), delay(WINDOW)]);
    parted = false;
    await population.product.befriend(a, b);
    writeFrom(world, a, b, 3);
    return `${a} and ${b}`;
  },
};

/**
 * Lets a member join and leave a group. After leaving, the user must receive no message of the
 * group.
 */
export const guestLeaves: Fault = {
  name: 'a member comes and goes',
  weight: 3,
  takes: ['clients'],
  strike: async (world, random) => {
    const { population } = world;
    const { group, user } = random.pick(population.guests);
    const members = population.groups.get(group) ?? [];
    const speak = () => members.slice(0, 4).flatMap((member) => writeFrom(world, member, group, 2, true));
    await population.product.join(group, user);
    await Promise.race([Promise.all(speak().map(({ done }) => done)), delay(WINDOW)]);
    await population.product.leave(group, user);
    let away = true;
    const said = speak().map(({ message, done }) =>
      done.then(() => {
        if (away && message.state === 'acknowledged') message.withheld = [user];
      }),
    );
    await Promise.race([Promise.all(said), delay(WINDOW)]);
    away = false;
    return `${user} in ${group}`;
  },
};
