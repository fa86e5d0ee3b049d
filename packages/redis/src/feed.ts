import type { Redis } from 'ioredis';

/**
 * The shard channels heard from one Redis server, over a connection of their own that mends itself. Ioredis' own resubscribing
 * is off: it does not say when it is done, and only from then on nothing goes unheard.
 */
export class ShardSubscription {
  readonly #client: Redis;
  readonly #handlers: ShardSubscriptionHandlers;
  /** Channels wanted here, with those who wait for Redis to confirm. */
  readonly #wanted = new Map<string, (() => void)[]>();
  #queue: string[] = [];
  #ready = false;

  /** `client` is not connected yet, has `lazyConnect`, and not `autoResubscribe`. */
  constructor(client: Redis, handlers: ShardSubscriptionHandlers) {
    this.#client = client;
    this.#handlers = handlers;
    client.on('ready', () => this.#restore());
    client.on('close', () => {
      this.#ready = false;
    });
    client.on('smessageBuffer', (channel: Buffer, data: Buffer) => handlers.message(channel.toString('latin1'), data));
    client.on('moved', () => handlers.moved());
    client.on('error', () => {});
    client.connect().catch(() => {});
  }

  /** Resolves once Redis has confirmed, however many reconnects that takes, or when the channel is no longer wanted. */
  subscribe(channel: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#wanted.get(channel);
      if (waiting) waiting.push(resolve);
      else this.#wanted.set(channel, [resolve]);
      // One command carries what one turn of the event loop wants.
      if (this.#ready && this.#queue.push(channel) === 1) setImmediate(() => this.#send(this.#queue.splice(0)));
    });
  }

  unsubscribe(channel: string): void {
    this.#confirm(channel);
    this.#wanted.delete(channel);
    if (this.#ready) this.#client.sunsubscribe(channel).catch(() => {});
  }

  /** Drops the connection and comes back with all channels: for one that looks alive but is silent. */
  reset(): void {
    if (!this.#ready) return;
    this.#ready = false;
    this.#client.disconnect(true);
  }

  close(): void {
    this.#client.disconnect();
    for (const channel of this.#wanted.keys()) this.#confirm(channel);
    this.#wanted.clear();
  }

  async #restore(): Promise<void> {
    this.#ready = true;
    this.#queue = [];
    if (await this.#send([...this.#wanted.keys()])) this.#handlers.restored();
  }

  /** False when some could not be subscribed; the reconnect or move that follows tries them again. */
  async #send(channels: string[]): Promise<boolean> {
    const commands = new Map<string, string[]>();
    for (const channel of channels) {
      if (!this.#wanted.has(channel)) continue;
      const together = this.#handlers.together(channel);
      const command = commands.get(together);
      if (command) command.push(channel);
      else commands.set(together, [channel]);
    }
    const outcomes = await Promise.all([...commands.values()].map((command) => this.#subscribe(command)));
    return outcomes.every(Boolean);
  }

  async #subscribe(channels: string[]): Promise<boolean> {
    try {
      await this.#client.ssubscribe(...channels);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('MOVED')) this.#handlers.moved();
      return false;
    }
    for (const channel of channels) this.#confirm(channel);
    return true;
  }

  #confirm(channel: string): void {
    const waiting = this.#wanted.get(channel)?.splice(0);
    for (const resolve of waiting ?? []) resolve();
  }
}

export interface ShardSubscriptionHandlers {
  message(channel: string, data: Buffer): void;
  /** All channels are subscribed again after the connection was lost, or for the first time: messages were missed. */
  restored(): void;
  /** Some channels do not live on this server any more. */
  moved(): void;
  /** Channels with the same answer may share one command. */
  together(channel: string): string;
}
