import { memoryStore, Parley, type ParleyOptions, type WebSocketLike } from '@parley/client';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';
import { textOf, texts } from '../client/people.ts';

/** Two connected users, Alice and Bob, who are friends. */
export class Pair {
  readonly alice: Parley;
  readonly bob: Parley;

  private constructor(alice: Parley, bob: Parley) {
    this.alice = alice;
    this.bob = bob;
  }

  /** Registers both users at the api with this URL, makes them friends and connects them. */
  static async register(api: string, options: Partial<ParleyOptions> = {}, his = options): Promise<Pair> {
    const [alice, bob] = [await register(api, options), await register(api, his)];
    await alice.api('POST /friend-requests', { to: id(bob) });
    await bob.api('POST /friend-requests', { to: id(alice) });
    for (const client of [alice, bob]) {
      await client.connect();
      await client.online();
    }
    return new Pair(alice, bob);
  }

  /** Sends a message from Alice. Resolves when Bob has received it. */
  async say(text: string): Promise<void> {
    await this.alice.send(id(this.bob), text);
    await until(this.bob, id(this.alice), text);
  }

  /** Sends a message from Bob. Resolves when Alice has received it. */
  async answer(text: string): Promise<void> {
    await this.bob.send(id(this.alice), text);
    await until(this.alice, id(this.bob), text);
  }

  /** Resolves when the history of both users contains exactly these texts, in this order. */
  async recorded(expected: string[]): Promise<void> {
    for (const [client, peer] of [
      [this.alice, id(this.bob)],
      [this.bob, id(this.alice)],
    ] as const) {
      let found: string[] = [];
      const same = async () => {
        const { items } = await client.api('GET /chats/{id}/messages', { id: peer });
        found = items.map(textOf);
        return JSON.stringify(found) === JSON.stringify(expected);
      };
      await waitFor(same, { timeout: 60_000, interval: 200, message: () => `is recorded: ${JSON.stringify(found)}` });
    }
  }

  /**
   * Returns the texts of the users' chat, which both clients must show equally.
   *
   * @throws Error if the clients differ
   */
  shown(): string[] {
    const [hers, his] = [texts(this.alice, id(this.bob)), texts(this.bob, id(this.alice))];
    if (JSON.stringify(hers) !== JSON.stringify(his)) throw new Error(`Alice sees ${hers}; Bob sees ${his}`);
    return hers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.alice.close(), this.bob.close()]);
  }
}

let count = 0;

async function register(api: string, options: Partial<ParleyOptions>): Promise<Parley> {
  count += 1;
  const client = new Parley({
    api,
    store: memoryStore(),
    WebSocket: WebSocket as unknown as WebSocketLike,
    backoff: { first: 50, most: 500 },
    ...options,
  });
  await client.register({ username: `user-${process.pid}-${count}`, password: 'correct horse battery' });
  return client;
}

async function until(client: Parley, chat: number, text: string): Promise<void> {
  const message = () => `"${text}" does not come; there is ${JSON.stringify(texts(client, chat))}`;
  await waitFor(() => texts(client, chat).includes(text), { timeout: 30_000, message });
}

function id({ user }: Parley): number {
  if (user === undefined) throw new Error('is not signed in');
  return user;
}
