import { type ClientFrame, type CloseReason, type Cursor, closeCodes, limits } from '@parley/protocol';
import { type Control, type InboxPage, isRevoked, type ResumePoint, raiseFence, recover } from '@parley/redis';
import type { Caller } from '../commands/frame-sender.ts';
import { eventFrame, reconnectFrame } from '../frames.ts';
import type { Gateway } from '../start-gateway.ts';
import type { LocalUser } from '../users/hub.ts';
import type { Transport } from './transport.ts';

/** Events read from an inbox at a time. */
const PAGE = 100;

/** Ms until an inbox is read again that could not be. */
const RETRY = 500;

/** Ms over which clients whose inbox began anew are spread. */
const RESTART_SPREAD = 2000;

/**
 * A device's connection, whatever carries it. Told once, what follows is in this order:
 *
 * 1. Opening: the user's channel is subscribed first, then the connection is counted and its inbox read: the other order
 *    would lose what comes in between. The first page brings the welcome.
 * 2. Catching up: the inbox is read in pages, each as soon as the socket has taken the one before. What the channel brings
 *    meanwhile is not forwarded, only its place is noted.
 * 3. Live, in one turn of the event loop, once the connection's place is the last one heard: each event that follows it is
 *    forwarded byte for byte. A gap, a lost connection to Redis or a slow socket lead back to 2.
 * 4. Closed.
 */
export class Connection implements Caller {
  readonly id: string;
  readonly device: string;
  readonly transport: Transport;
  readonly user: LocalUser;
  readonly #gateway: Gateway;
  session: string;
  /** Second of the gateway's clock at which the token ends. */
  expires: number;
  /** Second at which the client last gave a sign of life, and at which it was last asked for one. */
  heard: number;
  pinged: number;
  /** Sends that are not acknowledged yet. */
  inFlight = 0;
  /** Sends wait behind this one, whose sender's permit or rate had to be asked for. */
  ahead: Promise<void> | undefined;
  /** Frames the connection may send now; see `admit`. */
  frames: number;
  framesAt: number;
  /** The chat its user is looking at. */
  focus: number | null = null;
  /** Users whose presence it follows. */
  watched: number[] | undefined;
  /** Since when, in seconds, the socket has taken nothing although it should, and what was unsent then. */
  stalledAt = 0;
  stalledUnsent = 0;

  /** It was not told of a change of presence; see `repeat`. */
  presenceMissed = false;
  /** Resolves when the connection is open, or closed; absent from then on. */
  opening: Promise<void> | undefined;
  /** Number among the connections of its user; `SESSION_POLICY=single` only, 0 until it is known. */
  number = 0;

  #state: 'opening' | 'catching' | 'live' | 'restarting' | 'closed' = 'opening';
  #epoch = 0;
  #offset = 0;
  #reading = false;
  /** Something may have gone unheard since the inbox was last asked for. */
  #doubtful = false;
  /** Resolves when the connection has been counted or not. */
  #counted: Promise<unknown> = Promise.resolve();

  constructor(gateway: Gateway, transport: Transport, claims: Claims) {
    this.#gateway = gateway;
    this.transport = transport;
    this.id = claims.connection;
    this.device = claims.device;
    this.session = claims.session;
    this.expires = gateway.clock.second(claims.expires);
    this.heard = gateway.clock.now;
    this.pinged = gateway.clock.now;
    this.frames = gateway.config.frameBurst;
    this.framesAt = gateway.clock.now;
    this.user = gateway.hub.join(claims.user, this);
    gateway.log.debug({ connection: this.id, user: claims.user, device: this.device }, 'connection opened');
  }

  /** Phase 1. Resolves when the welcome was sent, or the connection closed. */
  open(place: ResumePoint): Promise<void> {
    this.opening = this.#open(place).then(() => {
      this.opening = undefined;
    });
    this.#gateway.load.opening(this.opening);
    return this.opening;
  }

  async #open(place: ResumePoint): Promise<void> {
    await this.user.subscribed;
    if (this.closed) return;
    const counting = this.#gateway.presence.connect(this.user.id, this.session);
    this.#counted = counting.catch(() => {});
    try {
      const [outcome, page] = await Promise.all([counting, this.#read(place)]);
      if (this.closed) return;
      if (outcome === 'revoked') return this.close('sessionRevoked', 'session revoked');
      if (outcome === 'ok' && this.#gateway.config.sessionPolicy === 'single') {
        this.number = await raiseFence(this.#gateway.link, this.user.id, this.session);
        this.#stepAside();
        if (this.closed) return;
      }
      if (outcome === 'too-many') return this.close('tooManyFrames', 'too many connections of this user');
      this.#epoch = page.epoch;
      this.#offset = page.offset;
      this.#state = 'catching';
      this.transport.send(this.#welcome(page));
      this.#reading = true;
      this.#take(page);
    } catch (error) {
      this.#gateway.log.debug({ err: error, connection: this.id }, 'cannot open');
      this.close('restarting', 'redis is away');
      return;
    }
    this.#reading = false;
    if (this.#state === 'catching') this.catchUp();
  }

  /** Phase 2: reads the inbox until the connection is live or its socket full. Does nothing while that is under way. */
  catchUp(): void {
    if (this.#state === 'live') {
      this.#state = 'catching';
      this.#gateway.counters.catchUps += 1;
    }
    if (this.#state === 'catching' && !this.#reading) this.#readOn();
  }

  /** Events, and the end of its session, may have gone unheard. */
  missed(): void {
    this.#doubtful = true;
    this.catchUp();
  }

  /** Phase 3: an event came on the channel. */
  deliver(epoch: number, offset: number, frame: Uint8Array): void {
    if (this.#state !== 'live') return;
    if (epoch === this.#epoch) {
      if (offset === this.#offset + 1) {
        this.#offset = offset;
        this.#gateway.counters.delivered += 1;
        this.transport.send(frame);
        return;
      }
      if (offset <= this.#offset) return;
    }
    this.catchUp();
  }

  /** Passes on a frame that is no event, unless the connection is catching up: then it answers false. */
  forward(frame: string | Uint8Array): boolean {
    if (this.#state !== 'live') return false;
    this.transport.send(frame);
    return true;
  }

  /** Answers a frame. */
  reply(frame: string): void {
    if (this.#state !== 'closed') this.transport.send(frame);
  }

  /** The client gave a sign of life. */
  alive(): void {
    this.heard = this.#gateway.clock.now;
  }

  /** The socket took what it was given; `unsent` bytes are left. */
  flushed(unsent: number): void {
    if (unsent > this.#gateway.config.maxUnsent) this.#slow(unsent);
    else if (this.stalledAt > 0 && unsent <= this.#gateway.config.maxUnsent / 2) {
      this.stalledAt = 0;
      this.alive();
      this.catchUp();
    }
  }

  /** Takes a token for a frame that costs as much as `cost`; false when there are too many. */
  admit(cost: number): boolean {
    const { clock, config } = this.#gateway;
    if (clock.now !== this.framesAt) {
      this.frames = Math.min(config.frameBurst, this.frames + (clock.now - this.framesAt) * config.frameRate);
      this.framesAt = clock.now;
    }
    if (this.frames < cost) return false;
    this.frames -= cost;
    return true;
  }

  /** Does what concerns this connection: its session was revoked, or its device sent a frame by another way. */
  obey(control: Exclude<Control, { do: 'forget' }>): void {
    if (control.do === 'fence') this.#stepAside();
    else if (control.do === 'revoke') {
      if (control.session === undefined || control.session === this.session)
        this.close('sessionRevoked', 'session revoked');
    } else if (control.device === this.device) this.#gateway.carryOut(this, control.frame as ClientFrame);
  }

  close(reason: CloseReason, text: string): void {
    if (this.closed) return;
    this.#gateway.counters.closed(closeCodes[reason].code);
    this.transport.close(closeCodes[reason].code, text);
    this.gone();
  }

  /** Phase 4: the socket is closed, by whomever. */
  gone(): void {
    if (this.closed) return;
    this.#state = 'closed';
    const { hub, log, presence, watching } = this.#gateway;
    log.debug({ connection: this.id }, 'connection closed');
    hub.leave(this.user, this);
    watching.unwatch(this);
    // Even one that was not counted itself: those that opened meanwhile were counted with it.
    this.#counted.then((outcome) => presence.disconnect(this.user.id, outcome === 'ok' ? this.transport.linger : 0));
  }

  /** How many events it has yet to get, as far as heard; undefined unless it is catching up. */
  get lag(): number | undefined {
    if (this.#state !== 'catching') return undefined;
    return this.user.epoch === this.#epoch ? Math.max(0, this.user.offset - this.#offset) : 0;
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Where the client is, for those who hand in its cursor. */
  get cursor(): Cursor {
    return { epoch: this.#epoch, offset: this.#offset };
  }

  /** Closes when there is a newer connection. */
  #stepAside(): void {
    if (this.number > 0 && this.number < this.user.fence) this.close('replaced', 'replaced by a newer connection');
  }

  async #readOn(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#state === 'catching' && this.stalledAt === 0) {
        const { user } = this;
        const { epoch, offset } = user;
        const doubtful = this.#doubtful;
        this.#doubtful = false;
        const [page, revoked] = await Promise.all([
          this.#read({ epoch: this.#epoch, offset: this.#offset }),
          doubtful && isRevoked(this.#gateway.link, user.id, this.session),
        ]);
        if (this.#state !== 'catching') return;
        if (revoked) return this.close('sessionRevoked', 'session revoked');
        if (!page.recovered) return this.#restart();
        // What was heard before the inbox was read, and is not in it, was lost with a Redis server: the inbox is the truth.
        if (user.epoch === epoch && user.offset === offset && (epoch !== page.epoch || offset > page.last)) {
          user.epoch = page.epoch;
          user.offset = page.last;
        }
        // Events may have left the inbox since every device had them.
        this.#offset = page.offset;
        this.#take(page);
      }
    } catch (error) {
      this.#doubtful = true;
      this.#gateway.log.debug({ err: error, connection: this.id }, 'cannot read the inbox');
      setTimeout(() => this.catchUp(), RETRY);
    } finally {
      this.#reading = false;
    }
  }

  /** Sends a page until the socket is full, and goes live when there is no more. */
  #take(page: InboxPage): void {
    const { transport, user } = this;
    let bytes = 0;
    for (const { offset, event } of page.events) {
      transport.send(eventFrame(page.epoch, offset, event));
      this.#offset = offset;
      bytes += event.length;
      if (bytes <= this.#gateway.config.maxUnsent) continue;
      bytes = 0;
      transport.flush();
      if (this.stalledAt > 0 || this.closed) return;
    }
    if (page.events.length < PAGE) this.#offset = page.last;
    transport.flush();
    if (this.#state !== 'catching' || this.stalledAt > 0 || this.#doubtful) return;
    const heard = user.epoch === this.#epoch ? user.offset : user.epoch > this.#epoch ? Number.POSITIVE_INFINITY : 0;
    if (this.#offset < page.last || this.#offset < heard) return;
    this.#state = 'live';
    if (!this.presenceMissed) return;
    this.presenceMissed = false;
    this.#gateway.watching.repeat(this);
  }

  #read(place: ResumePoint): Promise<InboxPage> {
    const { link, config } = this.#gateway;
    return recover(link, this.user.id, place, { device: this.device, limit: PAGE, relay: config.history === 'relay' });
  }

  #slow(unsent: number): void {
    if (this.stalledAt > 0) return;
    this.stalledAt = this.#gateway.clock.now;
    this.stalledUnsent = unsent;
    this.catchUp();
  }

  /** What follows the connection's place is gone: the client has to come back with its cursor and be told so. */
  #restart(): void {
    this.#state = 'restarting';
    const after = Math.floor(Math.random() * RESTART_SPREAD);
    this.transport.send(reconnectFrame(after));
    setTimeout(() => this.close('restarting', 'the inbox began anew'), after);
  }

  #welcome(page: InboxPage): string {
    return JSON.stringify({
      type: 'welcome',
      connection: this.id,
      user: this.user.id,
      cursor: `${page.epoch}-${page.offset}`,
      last: `${page.epoch}-${page.last}`,
      recovered: page.recovered,
      heartbeat: this.#gateway.config.heartbeat,
      maxInFlight: limits.inFlight,
    });
  }
}

/** Who connects, as the token and the request say. */
export interface Claims {
  connection: string;
  user: number;
  session: string;
  device: string;
  /** Ms since 1970 at which the token ends. */
  expires: number;
}
