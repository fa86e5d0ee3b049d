import { BroadcastChannel } from 'node:worker_threads';
import type { Channel, Locks, Signal, TabsOptions } from '@parley/client';

/** Simulates the Web Locks and broadcast channels that the tabs of one browser share. */
export class Browser {
  readonly #queues = new Map<string, Promise<unknown>>();

  /** Creates a tab. */
  tab(): Tab {
    return new Tab((name, options, work) => this.#request(name, options, work));
  }

  async #request<T>(name: string, { signal }: { signal?: Signal }, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    aborted.catch(() => {});
    // An aborted request leaves the queue. A granted lock is held until the promise of `work`
    // settles.
    const turn = Promise.race([before, aborted]);
    const done = turn.then(work);
    const gone = Promise.all([before, done.catch(() => {})]);
    this.#queues.set(name, gone);
    return done;
  }
}

/** A tab. */
export class Tab implements TabsOptions {
  readonly locks: Locks;
  readonly #channels: BroadcastChannel[] = [];
  #crash: () => void = () => {};
  readonly #crashed = new Promise<void>((resolve) => {
    this.#crash = resolve;
  });

  constructor(request: Locks['request']) {
    // Releases the locks of a crashed tab, as a browser does, even if the promise of `work` has not
    // settled.
    this.locks = {
      request: (name, options, work) =>
        request(name, options, () => Promise.race([work(), this.#crashed as Promise<never>])),
    };
  }

  channel(name: string): Channel {
    const channel = new BroadcastChannel(name);
    this.#channels.push(channel);
    return channel as unknown as Channel;
  }

  /**
   * Simulates a crash of the tab: it can neither send nor receive on channels, and its locks are
   * released.
   */
  crash(): void {
    for (const channel of this.#channels) {
      channel.onmessage = () => {};
      channel.close();
      channel.postMessage = () => {};
    }
    this.#crash();
  }
}
