import type { Cursor } from '@parley/protocol';
import { CONTROL_BYTE, type Control, type Relation } from '@parley/redis';
import { Budget, type FrameRates } from '../admission/budget.ts';
import { isEventFrame, isLive, readCursor, splitLive } from '../frames.ts';

/** Maximum number of permits that are cached for each user. */
const MAX_PERMITS = 256;

/**
 * A user with connections to this gateway. Passes each frame that is published on the user's
 * channel to all of these connections.
 */
export class LocalUser {
  readonly id: number;
  /** Resolves once the user's channel is subscribed. */
  subscribed: Promise<void> = Promise.resolve();
  connections: UserConnection[] = [];
  /** The last position that this gateway received on the channel. */
  epoch = 0;
  offset = 0;
  /** The number of the newest connection that was published. `SESSION_POLICY=single` only. */
  fence = 0;
  /** Fires a while after the last connection closed, to unsubscribe from the channel. */
  leaving: NodeJS.Timeout | undefined;
  /**
   * Cached permits of this user, by receiver. Valid while the channel is subscribed, because
   * changes are published on it.
   */
  #permits: Map<number, Permit> | undefined;
  #budget: Budget | undefined;

  constructor(id: number) {
    this.id = id;
  }

  /** True for a user without a connection here, who sends a frame by HTTP. */
  get isVisitor(): boolean {
    return this.connections.length === 0;
  }

  /**
   * The user's budget under the rate limits at this gateway. Created with the first frame, because
   * most users are idle.
   */
  get budget(): Budget {
    this.#budget ??= new Budget();
    return this.#budget;
  }

  /** Returns the ms after which this gateway may forget what the user has spent. */
  msUntilRefilled(rates: FrameRates): number {
    return this.#budget?.msUntilFull(rates) ?? 0;
  }

  /** Receives a message of the channel: an event, another frame, or a control message. */
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
   * Sets the last position back to the end of the inbox. After a fail-over Redis may have lost
   * events that it had published.
   */
  rewind({ epoch, offset }: Cursor): void {
    this.epoch = epoch;
    this.offset = offset;
  }

  /**
   * Called if events and control messages may have been lost: clears the permits and makes every
   * connection read the inbox.
   */
  missed(): void {
    this.#permits = undefined;
    for (const connection of this.connections) connection.missed();
  }

  /**
   * Returns the cached permit of this user for another user or a group. Undefined if it is not
   * cached.
   */
  permit(to: number): Permit | undefined {
    return this.#permits?.get(to);
  }

  /**
   * Call this before reading a permit. The returned function caches the permit, unless the cache
   * was cleared since, because the permit may then be outdated.
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

/** The permit of a user to write to another user or a group. */
export interface Permit extends Relation {
  /** The permit fence of both users when the standing was read. 0 for a group. */
  readonly fence: number;
  /** Until when a member may not write to the group, in Unix ms. */
  readonly mutedUntil?: number;
}

/** One open connection of a user. */
export interface UserConnection {
  /** Called with each published event. */
  deliver(epoch: number, offset: number, frame: Uint8Array): void;
  /** Called with each other published frame. Returns false if the connection cannot send it now. */
  forward(frame: string | Uint8Array): boolean;
  control(control: Control): void;
  /** Called if events and control messages may have been lost. */
  missed(): void;
}
