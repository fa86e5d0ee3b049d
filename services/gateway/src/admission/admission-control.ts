import { Counter, Gauge, type Registry } from '@parley/service';
import { Shares } from './fair-share.ts';

/** Ms between two looks at how long things take. */
const INTERVAL = 100;

/** Frames that are taken on however busy it is, so that it shows when it is no longer. */
const LEAST = 64;

/** Part of the limit that is kept, beyond it, for users who ask for little. */
const RESERVE = 1 / 4;

/**
 * What a gateway takes on at once, so that what it took on is done in time and its memory is bounded. Frames beyond the limit are
 * refused, with a time to come back. The limit is `most` as long as a command to Redis, which waits its turn like a message,
 * is answered within `wait`. When it takes longer, the limit falls to what is done within `wait`, by a third at least with each look; and
 * it rises again by a tenth. Beyond the limit there is a reserve, for users who ask for no more than their share: who floods is
 * refused first, however many connections they have.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #shares = new Shares();
  #limit: number;
  #frames = 0;
  /** Those of them that were taken on beyond the limit. */
  #reserved = 0;
  /** Frames done since the last look, and in each `INTERVAL` of late. */
  #finished = 0;
  #pace = 0;
  #openings = 0;
  /** When the command under way was sent; 0 when there is none. */
  #asked = 0;
  #due = performance.now() + INTERVAL;

  constructor(metrics: Registry, options: LoadOptions) {
    this.#options = options;
    this.#limit = options.mostFrames;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
    this.#measure(metrics);
  }

  /** Frames and connections refused. */
  refused = 0;

  /** Takes on a frame of a user; undefined when there are too many. What it answers is to be handed to `done`. */
  take(user: number): ResumePoint | undefined {
    let place: ResumePoint = 'open';
    if (this.#frames >= this.#limit) {
      if (!this.#shares.ask(user) || this.#reserved >= Math.max(LEAST, this.#limit * RESERVE)) {
        this.refused += 1;
        return undefined;
      }
      place = 'reserved';
      this.#reserved += 1;
    }
    this.#frames += 1;
    return place;
  }

  done(place: ResumePoint): void {
    if (place === 'reserved') this.#reserved -= 1;
    this.#frames -= 1;
    this.#finished += 1;
  }

  /** Whether one more connection may be opened now. */
  mayOpen(): boolean {
    if (this.#openings < this.#options.mostOpenings) return true;
    this.refused += 1;
    return false;
  }

  /** Counts a connection as being opened until the promise resolves. */
  opening(opened: Promise<void>): void {
    this.#openings += 1;
    opened.finally(() => {
      this.#openings -= 1;
    });
  }

  /** Ms after which who was refused may come back: at random, so that not all come at once. */
  get retryAfter(): number {
    return Math.round(1000 + Math.random() * 2000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    // A turn of the event loop that comes late is as much of a wait.
    const waited = Math.max(now - this.#due, this.#asked === 0 ? 0 : now - this.#asked);
    const finished = (this.#finished * INTERVAL) / (INTERVAL + Math.max(0, now - this.#due));
    this.#finished = 0;
    this.#pace = this.#pace * 0.7 + finished * 0.3;
    this.#shares.divide(this.#pace);
    this.#due = now + INTERVAL;
    this.#adjust(waited);
    if (this.#asked !== 0) return;
    this.#asked = now;
    // While Redis is away nothing waits: commands reject.
    const answered = () => {
      this.#adjust(performance.now() - now);
      this.#asked = 0;
    };
    this.#options.ask().then(answered, answered);
  }

  #adjust(waited: number): void {
    const { mostFrames, wait } = this.#options;
    if (waited > wait) {
      const done = (this.#pace * wait) / INTERVAL;
      this.#limit = Math.max(LEAST, Math.floor(Math.min(this.#limit * (2 / 3), this.#frames * (2 / 3), done)));
    } else this.#limit = Math.min(mostFrames, Math.ceil(this.#limit * 1.1));
  }

  #measure(metrics: Registry): void {
    const load = this;
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        ...{ name: `parley_${name}`, help, registers: [metrics] },
        collect() {
          this.set(read());
        },
      });
    gauge('frames_under_way', 'Frames being carried out', () => load.#frames);
    gauge('frames_limit', 'Frames that may be under way now', () => load.#limit);
    gauge('connections_opening', 'Connections being opened', () => load.#openings);
    new Counter({
      ...{ name: 'parley_overload_refused_total', registers: [metrics] },
      help: 'Frames and connections refused because too much was under way',
      collect() {
        this.reset();
        this.inc(load.refused);
      },
    });
  }
}

/** Where a frame was taken on: within the limit or beyond it. */
export type ResumePoint = 'open' | 'reserved';

export interface LoadOptions {
  /** Frames under way at most. */
  mostFrames: number;
  /** Connections being opened at most. */
  mostOpenings: number;
  /** Ms that a command to Redis may take. */
  wait: number;
  /** Sends a command to Redis on the way messages take. */
  ask: () => Promise<unknown>;
}
