import type { Redis } from 'ioredis';

/**
 * Subscriptions to the shard channels of one Redis server, over a connection that reconnects by
 * itself. Resubscribes without ioredis' `autoResubscribe`, because ioredis does not report when it
 * has resubscribed to all channels.
 */
export class ShardSubscription {
  readonly #client: Redis;
  readonly #handlers: ShardSubscriptionHandlers;
  /** Subscribed channel -> callbacks that wait until Redis confirms the subscription. */
  readonly #wanted = new Map<string, (() => void)[]>();
  #queue: string[] = [];
  #ready = false;

  /**
   * @param client a client that is not connected yet, with `lazyConnect` and without
   * `autoResubscribe`
   */
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

  /**
   * Resolves once Redis has confirmed the subscription, even if a reconnect was necessary. Also
   * resolves if the channel is unsubscribed before.
   */
  subscribe(channel: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#wanted.get(channel);
      if (waiting) waiting.push(resolve);
      else this.#wanted.set(channel, [resolve]);
      // Subscribes with one command to all channels of this turn of the event loop.
      if (this.#ready && this.#queue.push(channel) === 1) setImmediate(() => this.#send(this.#queue.splice(0)));
    });
  }

  unsubscribe(channel: string): void {
    this.#confirm(channel);
    this.#wanted.delete(channel);
    if (this.#ready) this.#client.sunsubscribe(channel).catch(() => {});
  }

  /** Reconnects and resubscribes. Use it if the connection seems alive but no messages arrive. */
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

  /**
   * Subscribes to channels. Returns false if one of them could not be subscribed. It is subscribed
   * later, after the reconnect or the move of its slot.
   */
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
  /**
   * Called when all channels are subscribed, for the first time or after a lost connection. While
   * the connection was down, messages might have been missed.
   */
  restored(): void;
  /** Called when some channels have moved to another server. */
  moved(): void;
  /**
   * Returns the group of a channel. Channels of the same group can be subscribed with one command.
   */
  together(channel: string): string;
}
