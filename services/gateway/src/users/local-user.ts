import type { Cursor } from '@parley/protocol';
import { CONTROL_BYTE, type Control, type InboxPage, type Relation } from '@parley/redis';
import { Budget, type LocalRates } from '../admission/budget.ts';
import { isEventFrame, isLive, readCursor, splitLive } from '../frames.ts';

/** Maximum number of cached permissions per user. */
const MAX_PERMITS = 256;

/** Maximum bytes of a page of the inbox that is not charged under the rate limit. */
const FREE_PAGE_BYTES = 4096;

/**
 * A user with connections to this gateway. Forwards each frame that is published on the user's
 * channel to all of these connections.
 */
export class LocalUser {
  readonly id: number;
  /** Resolves once the user's channel is subscribed. */
  subscribed: Promise<void> = Promise.resolve();
  connections: UserConnection[] = [];
  /** Position in the inbox of the last event that this gateway received on the channel. */
  epoch = 0;
  offset = 0;
  /**
   * Sequence number of the user's newest connection on all gateways. Used only with
   * `SESSION_POLICY=single`.
   */
  fence = 0;
  /** Timer that unsubscribes from the channel a while after the last connection closed. */
  leaving: NodeJS.Timeout | undefined;
  /**
   * Cached permissions of this user to write, by receiver. They stay valid while the gateway is
   * subscribed to the user's channel, because changes are published on it.
   */
  #permits: Map<number, Permit> | undefined;
  #budget: Budget | undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** True for a user without a connection here, who sends a frame over HTTP. */
  get isVisitor(): boolean {
    return this.connections.length === 0;
  }

  /**
   * The user's rate-limit budget at this gateway. Created with the first frame, because most users
   * are idle.
   */
  get budget(): Budget {
    this.#budget ??= new Budget();
    return this.#budget;
  }

  /** Returns the ms for which this gateway must keep the used rate-limit budget of the user. */
  msUntilRefilled(rates: LocalRates): number {
    return this.#budget?.msUntilFull(rates) ?? 0;
  }

  /**
   * Charges the user for a page of the inbox. Small pages are free, because most users are idle and
   * need no budget.
   *
   * @param now seconds of the gateway's clock
   */
  chargeRead({ events }: Pick<InboxPage, 'events'>, now: number, rates: LocalRates): void {
    const bytes = events.reduce((sum, { event }) => sum + Buffer.byteLength(event), 0);
    if (bytes > FREE_PAGE_BYTES) this.budget.takeRead(bytes, now, rates);
  }

  /**
   * Returns the ms until the gateway is allowed to read another page of the user's inbox. 0: now.
   */
  msUntilRead(now: number, rates: LocalRates): number {
    return this.#budget?.msUntilRead(now, rates) ?? 0;
  }

  /** Receives a message of the user's channel: an event, another frame, or a control message. */
  receive(data: Buffer): void {
    if (data[0] === CONTROL_BYTE) {
      if (isLive(data)) return this.#forward(splitLive(data));
      return this.#control(JSON.parse(data.toString('utf8', 1)) as Control);
    }
    if (!isEventFrame(data)) {
      this.#forward([data]);
      return;
    }
    const { epoch, offset } = readCursor(data);
    this.epoch = epoch;
    this.offset = offset;
    for (const connection of this.connections) connection.deliver(epoch, offset, data);
  }

  /**
   * Sets the last position to the end of the inbox, because Redis might have lost published events
   * in a fail-over.
   */
  rewind({ epoch, offset }: Cursor): void {
    this.epoch = epoch;
    this.offset = offset;
  }

  /**
   * Called if events and control messages might have been lost. Clears the cached permissions and
   * makes every connection read the inbox.
   */
  missed(): void {
    this.#permits = undefined;
    for (const connection of this.connections) connection.missed();
  }

  /**
   * Returns the cached permission of this user to write to another user or a group. Undefined if it
   * is not cached.
   */
  permit(to: number): Permit | undefined {
    return this.#permits?.get(to);
  }

  /**
   * Must be called before the gateway reads a permission from Redis. The returned function caches
   * the permission, unless the cache was cleared during the read and the permission might be
   * outdated.
   */
  readPermit(to: number): (permit: Permit) => void {
    this.#permits ??= new Map();
    const permits = this.#permits;
    return (permit) => {
      if (permits.size >= MAX_PERMITS) permits.delete(permits.keys().next().value as number);
      permits.set(to, permit);
    };
  }

  forgetPermit(to: number): void {
    this.#permits?.delete(to);
  }

  #forward(frames: Buffer[]): void {
    for (const connection of this.connections) for (const frame of frames) connection.forward(frame);
  }

  #control(control: Control): void {
    if (control.do === 'forget') this.#permits = undefined;
    if (control.do === 'fence') this.fence = Math.max(this.fence, control.number);
    // Iterates over a copy, because a connection that closes removes itself from the list.
    for (const connection of [...this.connections]) connection.control(control);
  }
}

/** States whether a user is allowed to write to another user or a group. */
export interface Permit extends Relation {
  /**
   * Permit fence at the time of the read: a counter that the api increments when it withdraws the
   * permission between two users. 0 for a group.
   */
  readonly fence: number;
  /** Time until which a muted member cannot write to the group, in Unix ms. */
  readonly mutedUntil?: number;
}

/** One open connection of a user. */
export interface UserConnection {
  /** Called with each event that is published on the user's channel. */
  deliver(epoch: number, offset: number, frame: Uint8Array): void;
  /**
   * Called with each published frame that is not an event. Returns false if the connection cannot
   * send it now.
   */
  forward(frame: string | Uint8Array): boolean;
  control(control: Control): void;
  /** Called if events and control messages might have been lost. */
  missed(): void;
}
