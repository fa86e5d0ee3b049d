import { type CloseReason, type Cursor, closeCodes } from '@parley/protocol';
import type { Control, InboxPage, ResumePoint } from '@parley/redis';
import { SendWindow } from '../admission/send-window.ts';
import { eventFrame, reconnectFrame, welcomeFrame } from '../frames.ts';
import type { LocalUser, UserConnection } from '../users/local-user.ts';
import type { Claims, ConnectionDeps } from './connection-deps.ts';
import { EchoFilter } from './echo-filter.ts';
import type { Transport } from './transport.ts';

/** Events in a full page of an inbox. */
export const PAGE_EVENTS = 100;

/** Sent instead of an event that has left the inbox. */
const SKIPPED = '{"kind":"skipped"}';

/** Ms until the inbox is read again after an error. */
const RETRY_DELAY_MS = 500;

/** Ms over which the reconnects of clients with invalid cursors are spread. */
const RESTART_SPREAD_MS = 2000;

/**
 * A device's connection over any transport. It has four phases:
 *
 * 1. Opening: subscribe to the user's channel first, then count the connection and read its inbox.
 *    In the other order, events between the two steps would be lost. The welcome is sent with the
 *    first page.
 * 2. Catching up: read the inbox in pages, each as soon as the transport has accepted the previous
 *    one. Events that are published in this phase are not forwarded. The `LocalUser` stores their
 *    position.
 * 3. Live: from the turn of the event loop in which the connection reaches the last published
 *    position. Each event that follows it is forwarded byte for byte. After a gap, a lost
 *    connection to Redis or a slow transport, the connection returns to phase 2.
 * 4. Closed.
 */
export class Connection implements UserConnection {
  readonly id: string;
  readonly device: string;
  readonly transport: Transport;
  readonly user: LocalUser;
  readonly #deps: ConnectionDeps<Connection>;
  #session: string;
  /**
   * In seconds of the gateway's clock: when the token expires, when the client was last active,
   * when it was last pinged.
   */
  #expires: number;
  #aliveAt: number;
  #pingedAt: number;
  /**
   * Second in which the transport stopped accepting bytes, and the number of unsent bytes at that
   * time. 0 while it accepts bytes.
   */
  #stalledAt = 0;
  #stalledUnsent = 0;
  #sends: SendWindow | undefined;
  readonly #echoFilter: EchoFilter | undefined;
  #opening: Promise<void> | undefined;
  /**
   * Number among the connections of its user. `SESSION_POLICY=single` only; 0 until it is known.
   */
  #number = 0;
  #state: 'opening' | 'catching-up' | 'live' | 'restarting' | 'closed' = 'opening';
  #epoch = 0;
  #offset = 0;
  /** Offset of the last event that the welcome reported as lost. */
  #lossReported = 0;
  #reading = false;
  /** True if events or a revocation may have been lost since the inbox was last read. */
  #doubtful = false;
  /** Resolves when the connection was counted or the count has failed. */
  #counted: Promise<unknown> = Promise.resolve();

  constructor(deps: ConnectionDeps<Connection>, transport: Transport, claims: Claims) {
    this.#deps = deps;
    this.transport = transport;
    this.id = claims.connection;
    this.device = claims.device;
    this.#session = claims.session;
    this.#expires = deps.clock.second(claims.expires);
    this.#aliveAt = deps.clock.now;
    this.#pingedAt = deps.clock.now;
    this.user = deps.hub.join(claims.user, this);
    if (claims.echo === false) this.#echoFilter = new EchoFilter(claims.user);
    deps.connections.add(this);
    deps.log.debug({ connection: this.id, user: claims.user, device: this.device }, 'connection opened');
  }

  /** Phase 1. Resolves when the welcome was sent or the connection closed. */
  open(from: ResumePoint): Promise<void> {
    this.#opening = this.#open(from).then(() => {
      this.#opening = undefined;
    });
    this.#deps.opening(this.#opening);
    return this.#opening;
  }

  async #open(from: ResumePoint): Promise<void> {
    const { deps, user } = { deps: this.#deps, user: this.user };
    await user.subscribed;
    if (this.closed) return;
    const counting = deps.count(user.id, this.#session);
    this.#counted = counting.catch(() => {});
    try {
      const [outcome, page] = await Promise.all([counting, deps.readInbox(user.id, from, this.device, 0)]);
      if (this.closed) return;
      if (outcome === 'revoked') return this.close('sessionRevoked', 'session revoked');
      if (outcome === 'ok' && deps.settings.single) {
        this.#number = await deps.raiseFence(user.id, this.#session);
        this.#closeIfReplaced();
        if (this.closed) return;
      }
      if (outcome === 'too-many') return this.close('tooManyFrames', 'too many connections of this user');
      this.#epoch = page.epoch;
      this.#offset = page.offset;
      if (!page.recovered) this.#lossReported = page.lost;
      this.#state = 'catching-up';
      const heartbeat = deps.settings.heartbeat * 1000;
      this.transport.send(welcomeFrame({ connection: this.id, user: user.id, page, heartbeat }));
      this.#reading = true;
      this.#sendPage(page);
    } catch (error) {
      deps.log.debug({ err: error, connection: this.id }, 'opening failed');
      this.close('restarting', 'redis is unavailable');
      return;
    }
    this.#reading = false;
    if (this.#state === 'catching-up') this.catchUp();
  }

  /**
   * Phase 2: reads the inbox until the connection is live or its transport is full. No-op while
   * that is in progress.
   */
  catchUp(): void {
    if (this.#state === 'live') {
      this.#state = 'catching-up';
      this.#deps.counters.catchUps += 1;
    }
    if (this.#state === 'catching-up' && !this.#reading) this.#readInbox();
  }

  missed(): void {
    this.#doubtful = true;
    this.catchUp();
  }

  /** Phase 3: forwards an event that follows the connection's position. */
  deliver(epoch: number, offset: number, frame: Uint8Array): void {
    if (this.#state !== 'live') return;
    if (epoch === this.#epoch) {
      if (offset === this.#offset + 1) {
        this.#offset = offset;
        this.#deps.counters.delivered += 1;
        this.#sendEvent(frame);
        return;
      }
      if (offset <= this.#offset) return;
    }
    this.catchUp();
  }

  forward(frame: string | Uint8Array): boolean {
    if (this.#state !== 'live') return false;
    this.transport.send(frame);
    return true;
  }

  /** Sends a frame that is not an event, in any phase. */
  reply(frame: string): void {
    if (this.#state !== 'closed') this.transport.send(frame);
  }

  /** Called when the client sends a message with this ref. `endSend` follows. */
  beginSend(ref: string): void {
    this.#echoFilter?.begin(ref);
  }

  /** Sends the reply to a message. With `echo=0`, it replaces the sender's own copy. */
  endSend(ref: string, reply: string): void {
    const now = this.#echoFilter ? this.#echoFilter.end(ref, reply, this.cursor) : reply;
    if (now !== undefined) this.reply(now);
  }

  /** Called when the client sends anything, which proves that it is connected. */
  alive(): void {
    this.#aliveAt = this.#deps.clock.now;
  }

  /** Called after a flush, with the number of bytes that the network has not accepted. */
  flushed(unsent: number): void {
    const { clock, settings } = this.#deps;
    if (unsent > settings.maxUnsent && this.#stalledAt === 0) {
      this.#stalledAt = clock.now;
      this.#stalledUnsent = unsent;
      this.catchUp();
    } else if (this.#stalledAt > 0 && unsent <= settings.maxUnsent / 2) {
      this.#stalledAt = 0;
      this.alive();
      this.catchUp();
    }
  }

  /**
   * Called once a second: closes the connection if its token has expired, its reader stalls or its
   * client is silent, and otherwise pings it when due.
   */
  keepAlive(): void {
    const { clock, settings } = this.#deps;
    const { now } = clock;
    if (this.#expires <= now) this.close('tokenEnded', 'token ended');
    else if (this.#stalledAt > 0) {
      const unsent = this.transport.unsent();
      // A slow reader is not closed while it makes progress.
      if (unsent < this.#stalledUnsent) {
        this.#stalledUnsent = unsent;
        this.#stalledAt = now;
      } else if (now - this.#stalledAt > settings.stallTime) this.close('noProgress', 'no progress');
    } else if (now - this.#aliveAt > 2 * settings.heartbeat) {
      // The peer disappeared without closing: it would not reply to a close frame.
      this.transport.terminate();
    } else if (now - this.#pingedAt >= settings.heartbeat) {
      this.#pingedAt = now;
      this.transport.ping();
    }
  }

  control(control: Control): void {
    if (control.do === 'forget') {
      if (control.hidden) this.#deps.checkWatch(this, control.hidden);
    } else if (control.do === 'fence') this.#closeIfReplaced();
    else if (control.do === 'revoke') {
      if (control.session === undefined || control.session === this.#session)
        this.close('sessionRevoked', 'session revoked');
    } else if (control.device === this.device) this.#deps.runFrame(this, control.frame);
  }

  /** Replaces the token by a new one. `expires` in Unix ms. */
  renew(session: string, expires: number): void {
    this.#session = session;
    this.#expires = this.#deps.clock.second(expires);
  }

  close(reason: CloseReason, text: string): void {
    if (this.closed) return;
    this.#deps.counters.closed(closeCodes[reason].code);
    this.transport.close(closeCodes[reason].code, text);
    this.gone();
  }

  /** Phase 4: called when either side has closed the transport. */
  gone(): void {
    if (this.closed) return;
    this.#state = 'closed';
    const deps = this.#deps;
    deps.log.debug({ connection: this.id }, 'connection closed');
    deps.hub.leave(this.user, this);
    deps.connections.delete(this);
    deps.gone(this);
    // Also if `count` failed: a concurrent call may have counted this connection.
    this.#counted.then((outcome) => deps.uncount(this.user.id, outcome === 'ok' ? this.transport.linger : 0));
  }

  /** Resolves when the connection is open or closed. Undefined from then on. */
  get opening(): Promise<void> | undefined {
    return this.#opening;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** True if the transport accepts no bytes although some are unsent. */
  get stalled(): boolean {
    return this.#stalledAt > 0;
  }

  get session(): string {
    return this.#session;
  }

  get number(): number {
    return this.#number;
  }

  /**
   * Messages of the client that are not acknowledged yet, in order. Created with the first message.
   */
  get sends(): SendWindow {
    this.#sends ??= new SendWindow();
    return this.#sends;
  }

  /** Number of messages of the client that are not acknowledged yet. */
  get inFlight(): number {
    return this.#sends?.inFlight ?? 0;
  }

  /** This connection, as the sender of its frames. */
  get connection(): this {
    return this;
  }

  /**
   * Number of published events that the connection has not sent yet. Undefined unless it is
   * catching up.
   */
  get lag(): number | undefined {
    if (this.#state !== 'catching-up') return undefined;
    return this.user.epoch === this.#epoch ? Math.max(0, this.user.offset - this.#offset) : 0;
  }

  /** The position up to which the connection has sent events of the inbox. */
  get cursor(): Cursor {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** Sends the event at the connection's position. */
  #sendEvent(frame: string | Uint8Array): void {
    const filter = this.#echoFilter;
    if (!filter?.withholds(frame)) this.transport.send(frame);
    if (filter) for (const reply of filter.release(this.cursor)) this.transport.send(reply);
  }

  #closeIfReplaced(): void {
    if (this.#number > 0 && this.#number < this.user.fence) this.close('replaced', 'replaced by a newer connection');
  }

  async #readInbox(): Promise<void> {
    const { user } = this;
    this.#reading = true;
    try {
      while (this.#state === 'catching-up' && this.#stalledAt === 0) {
        const { epoch, offset } = user;
        const doubtful = this.#doubtful;
        this.#doubtful = false;
        const [page, revoked] = await Promise.all([
          this.#deps.readInbox(user.id, this.cursor, this.device, this.#lossReported),
          doubtful && this.#deps.isRevoked(user.id, this.#session),
        ]);
        if (this.#state !== 'catching-up') return;
        if (revoked) return this.close('sessionRevoked', 'session revoked');
        if (!page.recovered) return this.#restart();
        // The page ends before the last live event: Redis has lost that event.
        if (user.epoch === epoch && user.offset === offset && (epoch !== page.epoch || offset > page.last))
          user.rewind({ epoch: page.epoch, offset: page.last });
        this.#epoch = page.epoch;
        this.#sendPage(page);
      }
    } catch (error) {
      this.#doubtful = true;
      this.#deps.log.debug({ err: error, connection: this.id }, 'reading the inbox failed');
      setTimeout(() => this.catchUp(), RETRY_DELAY_MS);
    } finally {
      this.#reading = false;
    }
  }

  /**
   * Sends the events of a page until the transport is full. Goes live if no event is left. For an
   * event that has left the inbox, sends `skipped`, because clients treat a gap in the offsets as a
   * loss.
   */
  #sendPage(page: InboxPage): void {
    const { transport, user } = this;
    const { maxUnsent } = this.#deps.settings;
    let bytes = 0;
    const sendUpTo = (offset: number, event: string): boolean => {
      while (this.#offset < offset) {
        this.#offset += 1;
        const next = this.#offset < offset ? SKIPPED : event;
        this.#sendEvent(eventFrame(this.cursor, next));
        bytes += next.length;
        if (bytes <= maxUnsent) continue;
        bytes = 0;
        transport.flush();
        if (this.#stalledAt > 0 || this.closed) return false;
      }
      return true;
    };
    for (const { offset, event } of page.events) if (!sendUpTo(offset, event)) return;
    if (page.events.length < PAGE_EVENTS && !sendUpTo(page.last, SKIPPED)) return;
    transport.flush();
    if (this.#state !== 'catching-up' || this.#stalledAt > 0 || this.#doubtful) return;
    const published =
      user.epoch === this.#epoch ? user.offset : user.epoch > this.#epoch ? Number.POSITIVE_INFINITY : 0;
    if (this.#offset < page.last || this.#offset < published) return;
    this.#state = 'live';
    this.#deps.live(this);
  }

  /**
   * Asks the client to reconnect, because the events after the connection's position were evicted.
   * With its cursor, the client then gets `recovered: false`.
   */
  #restart(): void {
    this.#state = 'restarting';
    const after = Math.floor(Math.random() * RESTART_SPREAD_MS);
    this.transport.send(reconnectFrame(after));
    setTimeout(() => this.close('restarting', 'the inbox has a new epoch'), after);
  }
}
