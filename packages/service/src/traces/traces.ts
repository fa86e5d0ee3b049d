import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../log.ts';
import type { TraceConfig } from './config.ts';
import { postSpans, type Span } from './post-spans.ts';

/** Ms between two posts. */
const INTERVAL = 1000;

/** Spans that wait at most; more are dropped, so that a collector that is away costs nothing. */
const MOST_WAITING = 4096;

/**
 * Spans of messages on their way, sent to a collector by OTLP. No context travels with a message: which messages are traced, the id of
 * a message's trace and that of its first span follow from the message's id and conversation, so each process that sees it adds to the same trace.
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

  /** Ms since 1970, exact enough for spans. */
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  /** Whether a message is traced; the same in all processes with the same ratio. */
  samples(id: number): boolean {
    return mix(id) < this.#threshold;
  }

  /** Adds a span of a message that is traced. The first is `send`, all others lie below it. */
  add({ name, message, start, end, attributes = {} }: Step): void {
    if (this.#waiting.length >= MOST_WAITING) return;
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
    this.#timer ??= setTimeout(() => this.#post(), INTERVAL).unref();
  }

  /** Sends what waits; resolves when it is sent or lost. */
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
    // One after the other: a slow collector is not asked twice.
    this.#posting = this.#posting
      .then(() => postSpans(config, { service, instance }, spans))
      .then(
        () => {
          this.#failing = false;
        },
        (error) => {
          if (!this.#failing) log.warn({ err: error, spans: spans.length }, 'cannot send traces');
          this.#failing = true;
        },
      );
  }
}

/** An id's bits, stirred (the last steps of MurmurHash3): neighbours come out far apart. */
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
  /** Which of them. */
  instance: string;
  log: Pick<Log, 'warn'>;
}

/** What a process did with a message. */
export interface Step {
  name: 'send' | 'deliver' | 'record';
  message: { id: number; conversation: string };
  /** Both in ms since 1970. */
  start: number;
  end: number;
  attributes?: Record<string, string | number | boolean>;
}
