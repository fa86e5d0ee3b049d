import { memoryStore, type Parley, type TransportName } from '@parley/client';
import { waitFor } from '@parley/stack';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../gateway/kit.ts';
import { Network } from './network.ts';
import { listen, People, textOf, texts } from './people.ts';
import { StutteringSocket } from './stuttering-socket.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Random steps, each of which happens to one of two users. */
const steps = {
  send: (side: Side) => side.send(1),
  sendMany: (side: Side) => side.send(4),
  read: (side: Side) => side.client?.read(side.peer),
  cut: (side: Side) => side.network.cut(),
  /** The server receives messages, but the client receives no acknowledgements. */
  loseReplies: async (side: Side) => {
    side.network.deaf = true;
    side.send(1);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  },
  goOffline: (side: Side) => {
    side.network.dead = true;
    side.network.cut();
  },
  goOnline: (side: Side) => side.network.heal(),
  reload: (side: Side) => side.load(),
  restartGateway: (side: Side) => side.world.restartGateway(),
};

const step = fc.record({
  who: fc.nat(1),
  name: fc.constantFrom<(keyof typeof steps)[]>(
    'send',
    'send',
    'send',
    ...(Object.keys(steps) as (keyof typeof steps)[]),
  ),
});

describe('two clients', () => {
  it.each<TransportName>(['websocket', 'sse', 'poll'])(
    'two clients over %s show the same messages after any sequence of network faults',
    async (transport) => {
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (script) => {
        await using world = await World.open(transport);
        const [one, two] = world.sides;
        for (const { who, name } of script) await steps[name](world.sides[who] as Side);
        for (const { network } of world.sides) network.heal();

        const total = one.wrote.length + two.wrote.length;
        await waitFor(() => one.settled(total) && two.settled(total), {
          message: () => JSON.stringify([one.told, two.told]),
        });
        expect(texts(one.client, one.peer)).toEqual(texts(two.client, two.peer));
        expect(one.shown).toEqual(one.wrote);
        expect(two.shown).toEqual(two.wrote);
      });
      await fc.assert(property, { numRuns: 20 });
    },
    180_000,
  );
});

/** Two users, each behind their own proxy, and their gateway. */
class World {
  readonly #people = new People(kit);
  sides!: [Side, Side];
  gateway = kit.gateway();

  static async open(transport: TransportName): Promise<World> {
    const world = new World();
    const [a, b] = await kit.friends();
    const port = () => Number(new URL(world.gateway.http).port);
    const side = async (user: number, peer: number) =>
      new Side(world, { user, peer, network: await Network.open(port), transport });
    world.sides = [await side(a, b), await side(b, a)];
    for (const each of world.sides) await each.load();
    return world;
  }

  start(...[user, options]: Parameters<People['start']>): Promise<Parley> {
    return this.#people.start(user, options);
  }

  async restartGateway(): Promise<void> {
    const before = this.gateway;
    this.gateway = await kit.addGateway({ drainTime: 0 });
    if (before !== kit.gateway()) await before.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#people[Symbol.asyncDispose]();
    for (const { network } of this.sides) await network[Symbol.asyncDispose]();
    if (this.gateway !== kit.gateway()) await this.gateway.stop();
  }
}

/** One of the two users. */
class Side {
  readonly world: World;
  readonly user: number;
  readonly peer: number;
  readonly network: Network;
  readonly wrote: string[] = [];
  client!: Parley;
  readonly #transport: TransportName;
  readonly #store = memoryStore();

  constructor(world: World, { user, peer, network, transport }: Who) {
    this.world = world;
    this.user = user;
    this.peer = peer;
    this.network = network;
    this.#transport = transport;
  }

  /** Restarts the client with its store. */
  async load(): Promise<void> {
    await this.client?.close();
    this.client = await this.world.start(this.user, {
      gateways: [this.network.url],
      transports: [this.#transport],
      store: this.#store,
      WebSocket: StutteringSocket,
      backoff: { first: 5, most: 20 },
      openTimeout: 1000,
      keep: 1000,
    });
    const heard = listen(this.client);
    this.client.on('message', () => {
      const ids = heard.map(({ id }) => id as number);
      expect(ids).toEqual([...new Set(ids)].sort((x, y) => x - y));
    });
  }

  send(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const text = `${this.user}: ${this.wrote.length}`;
      this.wrote.push(text);
      this.client.send(this.peer, text);
    }
  }

  /** Returns whether the client shows this many messages and is sending none. */
  settled(total: number): boolean {
    const messages = this.client.messages(this.peer);
    return messages.length === total && messages.every(({ state }) => state !== 'sending');
  }

  /** Own messages that the client shows. */
  get shown(): string[] {
    return this.client
      .messages(this.peer)
      .filter(({ mine }) => mine)
      .map(textOf);
  }

  get told(): unknown {
    return { wrote: this.wrote, texts: texts(this.client, this.peer), status: this.client.status };
  }
}

interface Who {
  user: number;
  peer: number;
  network: Network;
  transport: TransportName;
}
