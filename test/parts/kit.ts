import { memoryStore, Parley, type ParleyOptions, type Store } from '@parley/client';
import { viewsOf } from '@parley/client/views';
import { connectRedis } from '@parley/redis';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { Network } from '../client/network.ts';

const password = 'correct horse battery';

/** A whole system. Disposing of it also closes the clients that it created. */
export class PartsKit implements AsyncDisposable {
  readonly stack: Stack;
  readonly network: Network;
  readonly #clients: Parley[] = [];
  #count = 0;

  private constructor(stack: Stack, network: Network) {
    this.stack = stack;
    this.network = network;
  }

  static async start(): Promise<PartsKit> {
    // Turns notices off, so that a client learns about a new group only from the api.
    const stack = await startTestStack({ env: { REGISTRATIONS_PER_MINUTE: '1000', GROUP_NOTICES: 'off' } });
    const [gateway = ''] = stack.gatewayUrls;
    return new PartsKit(stack, await Network.open(() => Number(new URL(gateway).port)));
  }

  create(options: Partial<ParleyOptions> = {}): Parley {
    const client = new Parley({ api: this.stack.apiUrl, backoff: { first: 10, most: 100 }, ...options });
    this.#clients.push(client);
    return client;
  }

  /** Registers a user. The returned client is not connected yet. */
  async register(options: Partial<ParleyOptions> = {}): Promise<User> {
    this.#count += 1;
    const client = this.create({ store: asyncStore(), ...options });
    await client.register({ username: `user-${process.pid}-${this.#count}`, password });
    return client as User;
  }

  /** Creates two users who are friends, and connects their clients. */
  async friends(options: Partial<ParleyOptions> = {}): Promise<[User, User]> {
    const pair: [User, User] = [await this.register(options), await this.register()];
    await this.befriend(...pair);
    for (const client of pair) {
      await client.connect();
      await client.online();
    }
    return pair;
  }

  async befriend(one: User, other: User): Promise<void> {
    await one.api('POST /friend-requests', { to: other.user });
    await other.api('POST /friend-requests', { to: one.user });
  }

  /** Sends texts to a user, and waits until the history contains them. */
  async write(from: User, to: User, texts: readonly string[]): Promise<void> {
    await Promise.all(texts.map((text) => from.send(to.user, text)));
    const last = async () => (await from.api('GET /chats/{id}/messages', { id: to.user, limit: 1 })).items[0]?.body;
    await waitFor(async () => JSON.stringify(await last())?.includes(JSON.stringify(texts.at(-1))));
  }

  /**
   * Breaks the client's connection through `network`, and deletes the user's inbox before the
   * client reconnects.
   */
  async loseEvents(client: User): Promise<void> {
    this.network.dead = true;
    this.network.cut();
    await waitFor(() => client.status.state === 'waiting');
    const redis = await connectRedis({ url: this.stack.redisUrl, name: 'test' });
    await redis.client.del(redis.keys.inbox(client.user));
    await redis.close();
    this.network.dead = false;
    await client.online();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.network[Symbol.asyncDispose]();
    await this.stack.stop();
  }
}

/** A client that has signed in, so that its user is known. */
export type User = Parley & { user: number };

/** A store whose calls resolve only later, like an asynchronous storage of React Native. */
function asyncStore(): Store {
  const store = memoryStore();
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return {
    read: () => later().then(() => store.read()),
    write: (changes) => later().then(() => store.write(changes)),
  };
}

/**
 * Returns a function that returns how many listeners were added to a client since this call and not
 * removed. Does not count those that the views keep as long as the client exists.
 */
export function countListeners(client: Parley): () => number {
  viewsOf(client);
  let count = 0;
  const on = client.on.bind(client) as (name: never, listener: never) => () => void;
  Object.assign(client, {
    on: (name: never, listener: never) => {
      const off = on(name, listener);
      count += 1;
      return () => {
        off();
        count -= 1;
      };
    },
  });
  return () => count;
}
