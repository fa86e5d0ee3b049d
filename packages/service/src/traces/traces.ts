import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../log.ts';
import type { TraceConfig } from './config.ts';
import { postSpans, type Span } from './post-spans.ts';

/** Ms between two posts to the collector. */
const INTERVAL_MS = 1000;

/**
 * Maximum number of spans that wait to be sent. Further spans are dropped, so that memory does not
 * grow while the collector is unavailable.
 */
const MAX_WAITING = 4096;

/**
 * Collects spans of messages and sends them to an OpenTelemetry collector by OTLP. Messages carry
 * no trace context. Instead, every process derives the trace id, the id of the first span and the
 * decision whether to trace a message from the message's id and conversation. All processes
 * therefore get the same result.
 */
export class Traces {
  readonly #options: TracesOptions;
  readonly #threshold: number;
  #waiting: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  #posting: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(options: TracesOptions) {
    this.#options = options;
    this.#threshold = options.config.ratio * 2 ** 32;
  }

  /** Returns the time in Unix ms with fractions, which spans need. */
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  /**
   * Returns whether a message is traced. All processes with the same sampling ratio return the
   * same.
   */
  samples(id: number): boolean {
    return mix(id) < this.#threshold;
  }

  /**
   * Adds a span of a traced message. The span `send` is the root, and all other spans are its
   * children.
   */
  add({ name, message, start, end, attributes = {} }: Step): void {
    if (this.#waiting.length >= MAX_WAITING) return;
    const digest = createHash('sha256').update(`${message.conversation} ${message.id}`).digest('hex');
    const [traceId, first] = [digest.slice(0, 32), digest.slice(32, 48)];
    this.#waiting.push({
      ...{ traceId, name, start, end },
      spanId: name === 'send' ? first : randomBytes(8).toString('hex'),
      parentSpanId: name === 'send' ? undefined : first,
      attributes: {
        'messaging.system': 'parley',
        'messaging.message.id': String(message.id),
        'messaging.message.conversation_id': message.conversation,
        ...attributes,
      },
    });
    this.#timer ??= setTimeout(() => this.#post(), INTERVAL_MS).unref();
  }

  /** Sends the spans that wait. Resolves when they are sent or lost. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#post();
    await this.#posting;
  }

  #post(): void {
    this.#timer = undefined;
    const spans = this.#waiting;
    this.#waiting = [];
    if (spans.length === 0) return;
    const { config, service, instance, log } = this.#options;
    // Sends one batch after the other, so that a slow collector receives only one request at a
    // time.
    this.#posting = this.#posting
      .then(() => postSpans(config, { service, instance }, spans))
      .then(
        () => {
          this.#failing = false;
        },
        (error) => {
          if (!this.#failing) log.warn({ err: error, spans: spans.length }, 'sending traces failed');
          this.#failing = true;
        },
      );
  }
}

/**
 * Mixes the bits of an id with the finaliser of MurmurHash3, so that consecutive ids get unrelated
 * values.
 */
function mix(id: number): number {
  let hash = (id % 2 ** 32) ^ Math.floor(id / 2 ** 32);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export interface TracesOptions {
  config: TraceConfig;
  /** Such as `gateway`. */
  service: string;
  /** Name of the process in the traces. */
  instance: string;
  log: Pick<Log, 'warn'>;
}

/** A step of processing a message, such as its delivery, in one process. */
export interface Step {
  name: 'send' | 'deliver' | 'record';
  message: { id: number; conversation: string };
  /** Unix ms. */
  start: number;
  end: number;
  attributes?: Record<string, string | number | boolean>;
}
