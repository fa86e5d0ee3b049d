import type { TransportName } from '@parley/client';
import { parseConversation } from '@parley/protocol';
import type { Random } from '../random.ts';
import { productKey, type System } from '../system/system.ts';
import { Device } from './device.ts';
import { Product } from './product.ts';

/** Number of friends that each user has on either side in the ring. */
const REACH = 4;
const GROUP_SIZE = 8;

/**
 * The simulated users, their groups and their devices. The users form a ring, and each one is a
 * friend of the nearest users. Every fifth user has a second device. The last two users have no
 * friends.
 */
export class Population {
  readonly users: number[] = [];
  readonly strangers: number[] = [];
  /** User -> the friends to which the user can write during the whole run. */
  readonly friends = new Map<number, number[]>();
  /** Group -> users who are its members during the whole run. */
  readonly groups = new Map<number, number[]>();
  /**
   * Pairs of users whose friendship ends and begins again during the run. Nobody else writes in
   * their chats.
   */
  readonly fickle: [number, number][] = [];
  /** Groups, each with a guest: a user who joins and leaves it during the run. */
  readonly guests: { group: number; user: number }[] = [];
  readonly devices: Device[] = [];
  readonly product: Product;
  readonly #groupsOf = new Map<number, number[]>();

  constructor(product: Product) {
    this.product = product;
  }

  static async found(system: System, clients: number, random: Random, listen: Listen): Promise<Population> {
    const population = new Population(new Product(system.stack.apiUrl, productKey));
    const count = Math.max(12, Math.round(clients / 1.2));
    await population.#makeUsers(count, random);
    await population.#makeGroups(Math.max(2, Math.round(count / 10)), random);
    population.#makeDevices(system, clients, listen);
    return population;
  }

  groupsOf(user: number): number[] {
    return this.#groupsOf.get(user) ?? [];
  }

  devicesOf(user: number): Device[] {
    return this.devices.filter((device) => device.user === user);
  }

  /**
   * Returns whether a user is allowed to receive messages of a conversation. Guests of a group are.
   */
  mayHear(conversation: string, user: number): boolean {
    const parsed = parseConversation(conversation);
    if (parsed?.type === 'users') return parsed.users.includes(user);
    if (!parsed) return false;
    const guest = this.guests.some((each) => each.group === parsed.group && each.user === user);
    return guest || (this.groups.get(parsed.group)?.includes(user) ?? false);
  }

  async #makeUsers(count: number, random: Random): Promise<void> {
    const { product, users, friends } = this;
    for (const part of chunks(
      Array.from({ length: count + 2 }, (_, i) => i),
      8,
    )) {
      users.push(...(await Promise.all(part.map((i) => product.makeUser(`user${i}`)))));
    }
    this.strangers.push(...users.splice(-2));
    const pairs = users.flatMap((user, i) =>
      Array.from({ length: REACH }, (_, step) => [user, users[(i + step + 1) % count]] as [number, number]),
    );
    for (const part of chunks(pairs, 8)) await Promise.all(part.map(([a, b]) => product.befriend(a, b)));
    for (const [a, b] of pairs) {
      friends.set(a, [...(friends.get(a) ?? []), b]);
      friends.set(b, [...(friends.get(b) ?? []), a]);
    }
    // Pairs each user with the one on the opposite side of the ring, who is not a friend.
    const half = Math.floor(count / 2);
    for (const i of random.shuffle(Array.from({ length: half }, (_, each) => each)).slice(0, 4)) {
      const pair = [users[i], users[i + half]] as [number, number];
      await product.befriend(...pair);
      this.fickle.push(pair);
    }
  }

  async #makeGroups(count: number, random: Random): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const [guest, ...members] = random.shuffle(this.users).slice(0, GROUP_SIZE + 1) as [number, ...number[]];
      // The creator of a group can add only users who accept messages from the creator: friends.
      for (const part of chunks(members.slice(1), 8))
        await Promise.all(part.map((member) => this.#acquaint(members[0] as number, member)));
      const group = await this.product.makeGroup(`group${i}`, members[0] as number, members);
      this.groups.set(group, members);
      for (const member of members) this.#groupsOf.set(member, [...this.groupsOf(member), group]);
      if (i < 3) {
        await this.#acquaint(members[0] as number, guest);
        this.guests.push({ group, user: guest });
      }
    }
  }

  async #acquaint(a: number, b: number): Promise<void> {
    const fickle = this.fickle.some((pair) => pair.includes(a) && pair.includes(b));
    if (!fickle && !this.friends.get(a)?.includes(b)) await this.product.befriend(a, b);
  }

  #makeDevices(system: System, clients: number, listen: Listen): void {
    const api = `http://127.0.0.1:${system.toApi.port}`;
    const gateways = system.toGateways.map(({ port }) => `http://127.0.0.1:${port}`);
    for (let i = 0; i < clients; i += 1) {
      const user =
        i < this.users.length ? (this.users[i] as number) : (this.users[(i * 5) % this.users.length] as number);
      const name = `device${i}`;
      const transport = transports[i % transports.length] as TransportName;
      const signIn = () => this.product.signIn(user, name);
      this.devices.push(new Device({ name, user, transport, api, gateways, signIn, listen }));
    }
  }
}

/** Returns the transport of a device. Three of five devices use WebSocket. */
const transports: TransportName[] = ['websocket', 'websocket', 'sse', 'websocket', 'poll'];

type Listen = (device: Device, from: number, conversation: string, id: number) => void;

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
