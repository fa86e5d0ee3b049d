import { type Link, Subscriber } from '@parley/redis';

/** The channels heard here, each with the one who listens. */
export class Channels {
  readonly #listeners = new Map<string, Listener>();
  readonly #subscriber: Subscriber;
  /** Messages heard so far, each once, however many connections it is for. */
  heard = 0;

  /** `missed` is called when messages on channels of these buckets may have gone unheard. */
  constructor(link: Link, url: string, missed: (buckets: Set<number>) => void) {
    this.#subscriber = new Subscriber(link, url, {
      message: (channel, data) => {
        this.heard += 1;
        this.#listeners.get(channel)?.hear(data);
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
}

/** Who gets what is published on a channel. */
export interface Listener {
  hear(data: Buffer): void;
}
