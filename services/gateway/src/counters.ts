import { closeCodes } from '@parley/protocol';
import { Counter, Gauge, Histogram, type Registry } from '@parley/service';

/**
 * Counts what happens on a gateway. Plain numbers, which are collected when metrics are read: the
 * message path only adds to them.
 */
export class Counters {
  /** Messages accepted, without duplicates. */
  accepted = 0;
  duplicates = 0;
  /** Frames rejected with an error. */
  refused = 0;
  /** Client frames read. */
  frames = 0;
  /** Live events passed to a transport. */
  delivered = 0;
  /** Times a live connection had to catch up. */
  catchUps = 0;
  readonly #closed = new Map<number, number>();
  readonly probe: Histogram;

  constructor(metrics: Registry, { gauges, received }: Readings) {
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
    count('messages_duplicate', 'Messages that had been accepted before', () => this.duplicates);
    count('frames_received', 'Client frames', () => this.frames);
    count('frames_refused', 'Client frames rejected with an error', () => this.refused);
    count('events_delivered', 'Live events passed to a transport', () => this.delivered);
    count('channel_messages', 'Messages received from Redis channels, each once for all connections', received);
    count('catch_ups', 'Times a live connection had to catch up', () => this.catchUps);
    const closed = this.#closed;
    new Counter({
      name: 'parley_connections_closed_total',
      help: 'Connections closed by either side, by close code; `other` for unknown codes',
      labelNames: ['code'],
      registers,
      collect() {
        this.reset();
        for (const [code, times] of closed) this.inc({ code: code || 'other' }, times);
      },
    });
    for (const [name, help] of Object.entries(gaugeHelp)) {
      const read = gauges[name as keyof typeof gaugeHelp];
      new Gauge({
        name: `parley_${name}`,
        help,
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
    // A client may close with any code. Each would be a series of its own.
    const known = knownCodes.has(code) ? code : 0;
    this.#closed.set(known, (this.#closed.get(known) ?? 0) + 1);
  }
}

const knownCodes = new Set([1000, 1001, 1005, 1006, ...Object.values(closeCodes).map(({ code }) => code)]);

const gaugeHelp = {
  connections: 'Open connections',
  users: 'Users with connections, or whose last one closed a moment ago',
  connections_catching_up: 'Connections that read their inbox instead of being live',
  inbox_lag_events: 'Published events that the connection furthest behind has not sent yet',
};

/** Values that other modules provide. */
export interface Readings {
  gauges: Record<keyof typeof gaugeHelp, () => number>;
  /** Messages received from Redis channels so far. */
  received: () => number;
}
