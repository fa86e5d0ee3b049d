import { closeCodes, type ErrorCode, messageDate } from '@parley/protocol';
import { addGauge, Counter, Histogram, PlainHistogram, type Registry } from '@parley/service';
import { readMessageId } from './frames.ts';

/**
 * Counters of a gateway's activity. They are plain numbers, so that incrementing them costs little,
 * and are exported when metrics are read.
 */
export class Counters {
  /** Number of messages accepted, without duplicates. */
  accepted = 0;
  duplicates = 0;
  /** Client frames read. */
  frames = 0;
  /** Number of live events that were passed to a transport. */
  delivered = 0;
  /** Number of times that a live connection had to return to reading its inbox. */
  catchUps = 0;
  readonly #closed = new Map<number, number>();
  readonly #refused = new Map<RefusalReason, number>();
  readonly probe: Histogram;
  /**
   * Histogram of the seconds from the receipt of a message to its `ack`, without the time that
   * hooks need.
   */
  readonly ack: PlainHistogram;
  readonly #delivery: PlainHistogram;
  #events = 0;

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
    count('events_delivered', 'Live events passed to a transport', () => this.delivered);
    count('channel_messages', 'Messages received from Redis channels, each once for all connections', received);
    count('catch_ups', 'Times a live connection had to catch up', () => this.catchUps);
    const refused = this.#refused;
    new Counter({
      name: 'parley_frames_refused_total',
      help: 'Client frames rejected with an error, by its code, or by the reason of `unavailable`',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const [reason, times] of refused) this.inc({ reason }, times);
      },
    });
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
      addGauge(metrics, `parley_${name}`, help, gauges[name as keyof typeof gaugeHelp]);
    }
    this.probe = new Histogram({
      name: 'parley_probe_seconds',
      help: 'Round trip of a delivery probe through Redis',
      buckets: secondBuckets,
      registers,
    });
    this.ack = new PlainHistogram(metrics, {
      name: 'parley_send_ack_seconds',
      help: 'Time from the receipt of a message, after its hooks, to its acknowledgement',
      buckets: secondBuckets,
    });
    this.#delivery = new PlainHistogram(metrics, {
      name: 'parley_send_delivery_seconds',
      help: 'Time from the acceptance of a message by Redis to a recipient, by the clocks of both; of a sample of messages',
      buckets: secondBuckets,
    });
  }

  /** Counts a rejected frame. */
  refuse(reason: RefusalReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** Measures the delivery time of one in `DELIVERY_SAMPLE` published events. */
  published(frame: Buffer): void {
    this.#events = (this.#events + 1) % DELIVERY_SAMPLE;
    const message = this.#events === 0 ? readMessageId(frame) : undefined;
    if (message) this.#delivery.observe(Math.max(0, Date.now() - messageDate(message.id)) / 1000);
  }

  /** Number of frames rejected so far. */
  get refused(): number {
    return [...this.#refused.values()].reduce((sum, times) => sum + times, 0);
  }

  closed(code: number): void {
    // A client can close with any code. Unknown codes are counted as 0, because each code creates a
    // time series.
    const known = knownCodes.has(code) ? code : 0;
    this.#closed.set(known, (this.#closed.get(known) ?? 0) + 1);
  }
}

/** Why a frame was rejected: the error code, or the unavailable component. */
export type RefusalReason = ErrorCode | 'overload' | 'backlog' | 'stores' | 'update' | 'redis-full';

/**
 * Sampling rate of delivery times: one in this many events. Reading the id of every event would
 * cost a microsecond each.
 */
const DELIVERY_SAMPLE = 16;

const secondBuckets = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

const knownCodes = new Set([1000, 1001, 1005, 1006, ...Object.values(closeCodes).map(({ code }) => code)]);

const gaugeHelp = {
  connections: 'Open connections',
  users: 'Users with connections, or whose last one closed a moment ago',
  connections_catching_up: 'Connections that read their inbox instead of being live',
  inbox_lag_events: 'Published events that the connection furthest behind has not sent yet',
};

/** Reads values of other modules that are exported as metrics. */
export interface Readings {
  gauges: Record<keyof typeof gaugeHelp, () => number>;
  /** Returns the number of messages received from Redis channels so far. */
  received: () => number;
}
