import { createHash, randomBytes } from 'node:crypto';
import type { Log } from '../log.ts';
import type { TraceConfig } from './config.ts';
import { postSpans, type Span } from './post-spans.ts';

/** Ms between two posts. */
const INTERVAL_MS = 1000;

/**
 * Maximum number of spans that wait. Further ones are dropped, so that an unavailable collector
 * costs no memory.
 */
const MAX_WAITING = 4096;

/**
 * Collects spans of messages and sends them to a collector by OTLP. Messages contain no trace
 * context. Instead, every process derives the same trace id and first span id from the message's id
 * and conversation, and the same decision whether to trace it.
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

  /** Returns the Unix ms with fractions, because spans need that precision. */
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  /** Returns whether a message is traced. All processes with the same ratio return the same. */
  samples(id: number): boolean {
    return mix(id) < this.#threshold;
  }

  /** Adds a span of a traced message. `send` is the root, all others are its children. */
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

  /** Sends the waiting spans. Resolves when they are sent or lost. */
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
    // Posts one batch after the other, so that a slow collector gets one request at a time.
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
 * Mixes the bits of an id (finaliser of MurmurHash3), so that consecutive ids get unrelated values.
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
  /** Name of the process. */
  instance: string;
  log: Pick<Log, 'warn'>;
}

/** A step of a message through a process. */
export interface Step {
  name: 'send' | 'deliver' | 'record';
  message: { id: number; conversation: string };
  /** Unix ms. */
  start: number;
  end: number;
  attributes?: Record<string, string | number | boolean>;
}
