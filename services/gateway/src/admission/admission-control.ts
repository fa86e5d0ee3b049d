import { addGauge, Counter, type Registry } from '@parley/service';
import { FairShare } from './fair-share.ts';

/** Ms between two adjustments of the limit on frames in flight. */
const INTERVAL_MS = 100;

/**
 * Number of adjustments per command to Redis while the gateway is idle. The duration of the command
 * shows whether Redis is overloaded.
 */
const IDLE_INTERVALS = 10;

/**
 * Minimum number of frames in flight that admission control allows. With a limit of 0, the gateway
 * would not notice that Redis has recovered.
 */
const MIN_FRAMES = 64;

/**
 * Size of the reserve, as a fraction of the limit. Only users within their fair share use the
 * reserve.
 */
const RESERVE = 1 / 4;

/**
 * Admission control: caps the frames in flight, so that latency stays below `maxWait` and memory
 * stays bounded.
 *
 * The limit is `maxFrames` while a command to Redis, which queues like a message, completes within
 * `maxWait`. When a command lasts longer, the limit falls by at least a third per adjustment, and
 * at least to the number of frames that finish within `maxWait`. When commands are fast again, the
 * limit rises by a tenth per adjustment. Users who send no more than an equal share of the frames
 * may use a reserve beyond the limit. Users who flood are therefore rejected first, however many
 * connections they have.
 */
export class AdmissionControl {
  readonly #options: AdmissionOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #shares = new FairShare();
  #limit: number;
  #frames = 0;
  /** Frames in flight that use the reserve. */
  #reserved = 0;
  /** Number of frames finished since the last adjustment, and the moving average of that number. */
  #finished = 0;
  #pace = 0;
  #openings = 0;
  #rejected = 0;
  /** Time in ms at which the pending command to Redis was sent. 0 if no command is pending. */
  #sentAt = 0;
  /** Number of adjustments since the last command to Redis. */
  #unmeasured = 0;
  #dueAt = performance.now() + INTERVAL_MS;

  constructor(metrics: Registry, options: AdmissionOptions) {
    this.#options = options;
    this.#limit = options.maxFrames;
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS);
    this.#register(metrics);
  }

  /**
   * Admits a frame of a user. Returns the slot to pass to `release` when the frame is finished, or
   * undefined if the frame is rejected.
   */
  admit(user: number): Slot | undefined {
    let slot: Slot = 'open';
    if (this.#frames >= this.#limit) {
      if (!this.#shares.count(user) || this.#reserved >= Math.max(MIN_FRAMES, this.#limit * RESERVE)) {
        this.#rejected += 1;
        return undefined;
      }
      slot = 'reserved';
      this.#reserved += 1;
    }
    this.#frames += 1;
    return slot;
  }

  release(slot: Slot): void {
    if (slot === 'reserved') this.#reserved -= 1;
    this.#frames -= 1;
    this.#finished += 1;
  }

  /**
   * Returns whether the gateway can open another connection now. A rejection because of overload is
   * added to `rejected`.
   */
  admitConnection(): boolean {
    const { maxOpenings, isServing } = this.#options;
    if (!isServing()) return false;
    if (this.#openings < maxOpenings) return true;
    this.#rejected += 1;
    return false;
  }

  /** Counts a connection as opening until the promise resolves. */
  trackOpening(opened: Promise<void>): void {
    this.#openings += 1;
    opened.finally(() => {
      this.#openings -= 1;
    });
  }

  /**
   * Ms that a rejected client must wait before it retries. Random, so that rejected clients do not
   * retry together.
   */
  get retryAfter(): number {
    return Math.round(1000 + Math.random() * 2000);
  }

  /** Number of frames and connections rejected so far. */
  get rejected(): number {
    return this.#rejected;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const late = Math.max(0, now - this.#dueAt);
    const finished = (this.#finished * INTERVAL_MS) / (INTERVAL_MS + late);
    this.#finished = 0;
    this.#pace = this.#pace * 0.7 + finished * 0.3;
    this.#shares.divide(this.#pace);
    this.#dueAt = now + INTERVAL_MS;
    // A blocked event loop delays messages as much as a slow Redis does, so its lag counts too.
    this.#adjust(Math.max(late, this.#sentAt === 0 ? 0 : now - this.#sentAt));
    this.#unmeasured += 1;
    const isIdle = finished === 0 && this.#frames === 0 && this.#openings === 0;
    if (this.#sentAt !== 0 || (isIdle && this.#unmeasured < IDLE_INTERVALS)) return;
    this.#sentAt = now;
    this.#unmeasured = 0;
    // While Redis is unavailable, commands reject at once. A rejected command therefore counts as a
    // fast one.
    const settled = () => {
      this.#adjust(performance.now() - now);
      this.#sentAt = 0;
    };
    this.#options.sendCommand().then(settled, settled);
  }

  #adjust(waited: number): void {
    const { maxFrames, maxWait } = this.#options;
    if (waited > maxWait) {
      const finished = (this.#pace * maxWait) / INTERVAL_MS;
      const lower = Math.min(this.#limit * (2 / 3), this.#frames * (2 / 3), finished);
      this.#limit = Math.max(MIN_FRAMES, Math.floor(lower));
    } else this.#limit = Math.min(maxFrames, Math.ceil(this.#limit * 1.1));
  }

  #register(metrics: Registry): void {
    addGauge(metrics, 'parley_frames_under_way', 'Frames in flight', () => this.#frames);
    addGauge(metrics, 'parley_frames_limit', 'Frames that may be in flight now', () => this.#limit);
    addGauge(metrics, 'parley_connections_opening', 'Connections being opened', () => this.#openings);
    const rejected = () => this.#rejected;
    new Counter({
      ...{ name: 'parley_overload_refused_total', registers: [metrics] },
      help: 'Frames and connections rejected because of overload',
      collect() {
        this.reset();
        this.inc(rejected());
      },
    });
  }
}

/** How a frame was admitted: `open` within the limit, `reserved` from the reserve beyond it. */
export type Slot = 'open' | 'reserved';

export interface AdmissionOptions {
  /** Maximum number of frames in flight. */
  maxFrames: number;
  /** Maximum number of connections that are being opened at the same time. */
  maxOpenings: number;
  /** Returns whether the gateway accepts new connections. */
  isServing: () => boolean;
  /** Maximum duration of a command to Redis, in ms. While commands last longer, the limit falls. */
  maxWait: number;
  /**
   * Sends a command to Redis over the same connection as messages, so that its duration is that of
   * a message.
   */
  sendCommand: () => Promise<unknown>;
}
