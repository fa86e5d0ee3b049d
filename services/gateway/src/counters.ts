import { Counter, Gauge, Histogram, type Registry } from '@parley/service';

/** What a gateway counts. Plain numbers, collected when somebody asks: the message path only adds to them. */
export class Counters {
  /** Messages accepted, without duplicates. */
  accepted = 0;
  duplicates = 0;
  /** Frames refused with an error. */
  refused = 0;
  /** Client frames read. */
  frames = 0;
  /** Live events handed to a socket. */
  delivered = 0;
  /** Times a live connection had to catch up. */
  catchUps = 0;
  readonly #closed = new Map<number, number>();
  readonly probe: Histogram;

  constructor(metrics: Registry, { gauges, heard }: Readings) {
    const registers = [metrics];
    const count = (name: string, help: string, read: () => number) =>
      new Counter({
        name: `parley_${name}_total`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    count('messages_accepted', 'Messages accepted', () => this.accepted);
    count('messages_duplicate', 'Sends that had been accepted before', () => this.duplicates);
    count('frames_received', 'Client frames', () => this.frames);
    count('frames_refused', 'Client frames answered with an error', () => this.refused);
    count('events_delivered', 'Live events handed to a socket', () => this.delivered);
    count('channel_messages', 'Messages heard from Redis, each once however many sockets it is for', heard);
    count('catch_ups', 'Times a live connection had to catch up', () => this.catchUps);
    const closed = this.#closed;
    new Counter({
      name: 'parley_connections_closed_total',
      help: 'Connections closed by this gateway, by close code',
      labelNames: ['code'],
      registers,
      collect() {
        this.reset();
        for (const [code, times] of closed) this.inc({ code }, times);
      },
    });
    for (const [name, read] of Object.entries(gauges)) {
      new Gauge({
        name: `parley_${name}`,
        help: `Open ${name}`,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
    this.probe = new Histogram({
      name: 'parley_probe_seconds',
      help: 'Round trip of a delivery probe through Redis',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
  }

  closed(code: number): void {
    this.#closed.set(code, (this.#closed.get(code) ?? 0) + 1);
  }
}

/** What others count. */
export interface Readings {
  gauges: { connections: () => number; users: () => number };
  /** Messages heard from Redis so far. */
  heard: () => number;
}
