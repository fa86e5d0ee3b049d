import { setTimeout as sleep } from 'node:timers/promises';
import { type CloseReason, type Cursor, closeCodes } from '@parley/protocol';
import type { Control, InboxPage, ResumePoint } from '@parley/redis';
import { SendWindow } from '../admission/send-window.ts';
import { eventFrame, reconnectFrame, welcomeFrame } from '../frames.ts';
import type { LocalUser, UserConnection } from '../users/local-user.ts';
import type { Claims, ConnectionDeps } from './connection-deps.ts';
import { EchoFilter } from './echo-filter.ts';
import type { Transport } from './transport.ts';

/** Number of events in a full page of an inbox. */
export const PAGE_EVENTS = 100;

/** Placeholder for an event that is no longer in the inbox. */
const SKIPPED = '{"kind":"skipped"}';

/** Ms until a connection reads the inbox again after an error. */
const RETRY_DELAY_MS = 500;

/** Clients with invalid cursors reconnect at random moments within this number of ms. */
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
 * 3. Live: forward each published event byte for byte. Begins as soon as the connection has sent
 *    the last published event. After a gap, a lost
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
   * Times in seconds of the gateway's clock: when the token expires, when the client last sent
   * anything, when the gateway last pinged it.
   */
  #expires: number;
  #aliveAt: number;
  #pingedAt: number;
  /**
   * Time in seconds at which the transport stopped accepting bytes (0 while it accepts them), and
   * the number of unsent bytes at that time.
   */
  #stalledAt = 0;
  #stalledUnsent = 0;
  #sends: SendWindow | undefined;
  readonly #echoFilter: EchoFilter | undefined;
  #opening: Promise<void> | undefined;
  /**
   * Sequence number among the connections of the user. Used only with `SESSION_POLICY=single`. 0
   * until it is known.
   */
  #number = 0;
  #state: 'opening' | 'catching-up' | 'live' | 'restarting' | 'closed' = 'opening';
  #epoch = 0;
  #offset = 0;
  /** Offset of the last lost event that the welcome has reported to the client. */
  #lossReported = 0;
  #reading = false;
  /**
   * True if the connection might have missed events or a revocation since it last read the inbox.
   */
  #doubtful = false;
  /**
   * Resolves when the user's connection count in Redis includes this connection, or when counting
   * has failed.
   */
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

  /** Phase 1. Resolves when the welcome was sent or the connection was closed. */
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
      const [outcome, page] = await Promise.all([counting, deps.readInbox(user, from, this.device, 0)]);
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
   * Phase 2: reads the inbox until the connection is live or its transport is full. No-op while a
   * read is in progress.
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

  /**
   * Phase 3: forwards an event if it is the next one. If events are missing before it, reads the
   * inbox.
   */
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

  /** Sends a frame that is not an event. Works in every phase. */
  reply(frame: string): void {
    if (this.#state !== 'closed') this.transport.send(frame);
  }

  /**
   * Called when the client sends a message with this ref. `endSend` is called when the reply is
   * known.
   */
  beginSend(ref: string): void {
    this.#echoFilter?.begin(ref);
  }

  /**
   * Sends the reply to a message. With `echo=0`, the client gets only this reply and no copy of the
   * message.
   */
  endSend(ref: string, reply: string): void {
    const now = this.#echoFilter ? this.#echoFilter.end(ref, reply, this.cursor) : reply;
    if (now !== undefined) this.reply(now);
  }

  /** Called when the client sends anything, which proves that the client is still connected. */
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
   * Called once a second. Closes the connection if the token has expired, or if the client reads
   * nothing or sends nothing for too long. Otherwise pings the client when a ping is due.
   */
  keepAlive(): void {
    const { clock, settings } = this.#deps;
    const { now } = clock;
    if (this.#expires <= now) this.close('tokenEnded', 'token ended');
    else if (this.#stalledAt > 0) {
      const unsent = this.transport.unsent();
      // Keeps the connection of a slow reader open while the number of unsent bytes falls.
      if (unsent < this.#stalledUnsent) {
        this.#stalledUnsent = unsent;
        this.#stalledAt = now;
      } else if (now - this.#stalledAt > settings.stallTime) this.close('noProgress', 'no progress');
    } else if (now - this.#aliveAt > 2 * settings.heartbeat) {
      // Drops the connection without a close frame, because a client that has disappeared cannot
      // reply to one.
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

  /** Replaces the access token by a newer one. `expires` is in Unix ms. */
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

  /** Phase 4: called when the gateway or the client has closed the transport. */
  gone(): void {
    if (this.closed) return;
    this.#state = 'closed';
    const deps = this.#deps;
    deps.log.debug({ connection: this.id }, 'connection closed');
    deps.hub.leave(this.user, this);
    deps.connections.delete(this);
    deps.gone(this);
    // Subtracts the connection even if `count` failed, because a concurrent `count` might have
    // included it.
    this.#counted.then((outcome) => deps.uncount(this.user.id, outcome === 'ok' ? this.transport.linger : 0));
  }

  /** Resolves when the connection is open or closed. Afterwards, this field is undefined. */
  get opening(): Promise<void> | undefined {
    return this.#opening;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** True while the transport is full: it has more than `maxUnsent` unsent bytes. */
  get stalled(): boolean {
    return this.#stalledAt > 0;
  }

  get session(): string {
    return this.#session;
  }

  get number(): number {
    return this.#number;
  }

  /** Unacknowledged messages of the client, in order. Created with the first message. */
  get sends(): SendWindow {
    this.#sends ??= new SendWindow();
    return this.#sends;
  }

  /** Number of unacknowledged messages of the client. */
  get inFlight(): number {
    return this.#sends?.inFlight ?? 0;
  }

  /** This connection. Lets a connection act as the sender of its frames. */
  get connection(): this {
    return this;
  }

  /**
   * Number of published events that the connection has not sent yet. Undefined unless the
   * connection is catching up, that is, reading missed events from the inbox.
   */
  get lag(): number | undefined {
    if (this.#state !== 'catching-up') return undefined;
    return this.user.epoch === this.#epoch ? Math.max(0, this.user.offset - this.#offset) : 0;
  }

  /** Position in the inbox of the last event that the connection has sent. */
  get cursor(): Cursor {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** Sends the event at the connection's current position. */
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
        const wait = this.#deps.msUntilRead(user);
        if (wait > 0) {
          await sleep(wait, undefined, { ref: false });
          continue;
        }
        const { epoch, offset } = user;
        const doubtful = this.#doubtful;
        this.#doubtful = false;
        const [page, revoked] = await Promise.all([
          this.#deps.readInbox(user, this.cursor, this.device, this.#lossReported),
          doubtful && this.#deps.isRevoked(user.id, this.#session),
        ]);
        if (this.#state !== 'catching-up') return;
        if (revoked) return this.close('sessionRevoked', 'session revoked');
        if (!page.recovered) return this.#restart();
        // If the inbox ends before the last published event, Redis has lost that event.
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
   * Sends the events of a page until the transport is full, and goes live if no event is left.
   * Replaces an event that is no longer in the inbox by `skipped`, because clients treat a gap in
   * the offsets as a loss.
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
   * Requests the client to reconnect, because the next events were evicted from the inbox. When the
   * client connects with its last cursor, the gateway replies `recovered: false` and the client
   * reloads all data.
   */
  #restart(): void {
    this.#state = 'restarting';
    const after = Math.floor(Math.random() * RESTART_SPREAD_MS);
    this.transport.send(reconnectFrame(after));
    setTimeout(() => this.close('restarting', 'the inbox has a new epoch'), after);
  }
}
