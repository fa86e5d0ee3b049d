import { setTimeout as delay } from 'node:timers/promises';
import { Parley, type WebSocketLike } from '@parley/client';
import { waitFor } from '@parley/stack';
import { WebSocket } from 'ws';

/**
 * Many SDK clients of signed-in users that connect through one address. The users form pairs, and
 * the two users of a pair write to each other.
 */
export class Crowd implements AsyncDisposable {
  /**
   * Times at which clients lost their connection and were online again, as values of
   * `performance.now()`.
   */
  readonly absences: { from: number; to: number }[] = [];
  readonly #clients: Parley[];
  readonly #sent = new Map<string, number>();
  readonly #acked = new Set<string>();
  readonly #heard = new Map<string, number>();
  readonly #latencies: number[] = [];
  #failures = 0;

  private constructor(clients: Parley[]) {
    this.#clients = clients;
  }

  /** Registers an even number of users and connects their clients, 20 at a time. */
  static async gather(url: string, count: number): Promise<Crowd> {
    const crowd = new Crowd(
      Array.from({ length: count }, () => new Parley({ api: url, WebSocket: WebSocket as unknown as WebSocketLike })),
    );
    const names = `p${process.pid}-${Date.now().toString(36)}`;
    await crowd.#inTurn((client, i) => client.register({ username: `${names}-${i}`, password: 'correct horse' }));
    await crowd.#inTurn(async (client) => {
      await client.connect();
      await client.online();
      crowd.#watch(client);
    });
    return crowd;
  }

  get size(): number {
    return this.#clients.length;
  }

  /** Number of clients that are online. */
  get online(): number {
    return this.#clients.filter(({ status }) => status.state === 'online').length;
  }

  /**
   * Sends `rate` messages per second in total until `done` resolves, even if clients are not
   * connected. Resolves when all messages are acknowledged and received, or when nothing has
   * arrived for 10 s.
   */
  async talk(rate: number, done: Promise<unknown>): Promise<Talk> {
    let over = false;
    done.finally(() => {
      over = true;
    });
    const began = performance.now();
    const first = this.#sent.size;
    for (let n = 0; !over; await delay(2)) {
      const due = ((performance.now() - began) * rate) / 1000;
      for (; n < due; n += 1) this.#send(first + n);
    }
    await done;
    const progress = () => this.#acked.size + this.#heard.size;
    const settled = () => this.#heard.size === this.#sent.size && this.#acked.size === this.#sent.size;
    for (let last = -1; !settled() && last !== progress(); ) {
      last = progress();
      await waitFor(() => settled() || progress() !== last, { timeout: 10_000 }).catch(() => {});
    }
    return this.#talk();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #send(n: number): void {
    const index = (n * 7919) % this.#clients.length;
    const peer = this.#clients[index ^ 1]?.user as number;
    const text = `message ${n} of ${index}`;
    this.#sent.set(text, performance.now());
    this.#clients[index]?.send(peer, text).then(
      () => this.#acked.add(text),
      () => {
        this.#failures += 1;
      },
    );
  }

  #watch(client: Parley): void {
    client.on('message', ({ mine, body }) => {
      if (mine || body?.type !== 'text') return;
      const sent = this.#sent.get(body.text);
      if (sent === undefined) return;
      this.#heard.set(body.text, (this.#heard.get(body.text) ?? 0) + 1);
      this.#latencies.push(performance.now() - sent);
    });
    let from: number | undefined;
    client.on('status', ({ state }) => {
      if (state !== 'online') from ??= performance.now();
      else if (from !== undefined) {
        this.absences.push({ from, to: performance.now() });
        from = undefined;
      }
    });
  }

  #talk(): Talk {
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
    const counts = [...this.#heard.values()];
    return {
      sent: this.#sent.size,
      unacknowledged: this.#sent.size - this.#acked.size,
      refused: this.#failures,
      lost: [...this.#acked].filter((text) => !this.#heard.has(text)).length,
      doubled: counts.filter((count) => count > 1).length,
      latency: { p50: quantile(0.5), p99: quantile(0.99), most: quantile(1) },
    };
  }

  async #inTurn(action: (client: Parley, index: number) => Promise<unknown>): Promise<void> {
    const left = [...this.#clients.entries()];
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift()) await action(next[1], next[0]);
    };
    await Promise.all(Array.from({ length: 20 }, work));
  }
}

/** Counts and latency of all messages that the crowd has sent. */
export interface Talk {
  sent: number;
  unacknowledged: number;
  refused: number;
  /** Number of acknowledged messages that the recipient did not receive. */
  lost: number;
  /** Number of messages that the recipient received more than once. */
  doubled: number;
  /** Ms from the call of `send` to the recipient's event, including time without a connection. */
  latency: { p50: number; p99: number; most: number };
}
