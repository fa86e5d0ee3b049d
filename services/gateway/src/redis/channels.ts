import { type RedisConnection, Subscriber } from '@parley/redis';

/** The channels heard here, each with the one who listens. */
export class Channels {
  readonly #link: RedisConnection;
  readonly #listeners = new Map<string, Listener>();
  readonly #subscriber: Subscriber;
  readonly #missed: (buckets: Set<number>) => void;
  /** Events that replicas have yet to confirm. */
  #held: Heard[] = [];
  #confirming = false;
  /** Messages heard so far, each once, however many connections it is for. */
  heard = 0;

  /** `missed` is called when messages on channels of these buckets may have gone unheard. */
  constructor(link: RedisConnection, url: string, missed: (buckets: Set<number>) => void) {
    this.#link = link;
    this.#missed = missed;
    this.#subscriber = new Subscriber(link, url, {
      message: (channel, data) => {
        this.heard += 1;
        if (link.replicas > 0 && data[EVENT_AT] === EVENT_BYTE) this.#hold({ channel, data });
        else this.#listeners.get(channel)?.hear(data);
      },
      missed,
    });
  }

  /** Resolves once Redis has confirmed: from then on nothing goes unheard, or `missed` is called. */
  listen(channel: string, listener: Listener): Promise<void> {
    this.#listeners.set(channel, listener);
    return this.#subscriber.subscribe(channel);
  }

  unlisten(channel: string): void {
    this.#listeners.delete(channel);
    this.#subscriber.unsubscribe(channel);
  }

  /** Hears a bucket over a new connection, since the old one has been silent. */
  reset(bucket: number): void {
    this.#subscriber.reset(bucket);
  }

  close(): void {
    this.#subscriber.close();
  }

  /**
   * Where replicas have to confirm, an event is handed on only when they have it. Redis publishes it before: a device that was told, and
   * took its own message for accepted, would be wrong after a fail-over. Events of one turn share a confirmation.
   */
  #hold(heard: Heard): void {
    this.#held.push(heard);
    if (!this.#confirming) this.#confirm();
  }

  async #confirm(): Promise<void> {
    this.#confirming = true;
    while (this.#held.length > 0) {
      await new Promise(setImmediate);
      const batch = this.#held;
      this.#held = [];
      const buckets = new Set(batch.map(({ channel }) => bucketOf(channel)));
      try {
        await this.#link.confirm(buckets);
        for (const { channel, data } of batch) this.#listeners.get(channel)?.hear(data);
      } catch {
        // Those concerned read their inboxes, which takes until replicas confirm again.
        this.#missed(buckets);
      }
    }
    this.#confirming = false;
  }
}

const EVENT_AT = '{"type":"'.length;
const EVENT_BYTE = 'e'.charCodeAt(0);

/** Channels begin with it in braces. */
function bucketOf(channel: string): number {
  return Number(channel.slice(1, channel.indexOf('}')));
}

/** Who gets what is published on a channel. */
export interface Listener {
  hear(data: Buffer): void;
}

interface Heard {
  channel: string;
  data: Buffer;
}
