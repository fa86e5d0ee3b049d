import type { ClientFrame, ServerFrame, Welcome } from '@parley/protocol';
import { Timer } from '../timer.ts';
import type {
  CloseReason,
  ConnectionWelcome,
  OpenTransport,
  TransportConnection,
  TransportName,
} from '../transport/transport.ts';
import { type Backoff, backoff } from './backoff.ts';
import { Heartbeat } from './heartbeat.ts';
import { type ConnectionAction, type ConnectionEvent, type ConnectionState, next } from './transitions.ts';
import { TransportFallback } from './transport-fallback.ts';

/**
 * Ms after which a connection counts as stable. The backoff then starts over at its first delay.
 */
const STABLE_MS = 5000;

/** Keeps a connection to one of the gateways open. Executes the transitions of `transitions.ts`. */
export class GatewayConnection {
  readonly #options: GatewayConnectionOptions;
  readonly #fallback: TransportFallback;
  readonly #heartbeat = new Heartbeat(
    () => this.send({ type: 'ping' }),
    () => this.restart('silent'),
  );
  state: ConnectionState = 'off';
  /** Reason why the last connection ended. Undefined while connected. */
  closeReason: CloseReason | undefined;
  #current: TransportConnection | undefined;
  /** Index of the transport that the current connection uses. */
  #index = 0;
  /** A second connection over a preferred transport. It replaces the current one if it succeeds. */
  #probe: TransportConnection | undefined;
  #probeIndex = 0;
  /**
   * Time at which a probe (a second connection over a preferred transport) replaced the current
   * connection, in Unix ms.
   */
  #adoptedAt = Number.NaN;
  /**
   * Random number from 0 to 1 that selects the gateway. A new number is drawn after the gateway
   * failed or requested a reconnect.
   */
  #gatewayChoice = Math.random();
  #token = '';
  /** Access token that the server has rejected. */
  #staleToken: string | undefined;
  /** True if the current access token replaced a rejected one. */
  #refreshed = false;
  #failures = 0;
  #welcomedAt = Number.NaN;
  readonly #retry = new Timer();
  readonly #openTimeout = new Timer();
  readonly #moveAway = new Timer();
  readonly #nextProbe = new Timer();

  constructor(options: GatewayConnectionOptions) {
    this.#options = options;
    this.#fallback = new TransportFallback(options.transports.length);
  }

  start(): void {
    this.#on('start');
  }

  stop(): void {
    this.#on('stop');
  }

  /**
   * Reconnects now if the client waits for its next attempt, or checks that the open connection is
   * alive. With `networkChanged`, the next attempt uses the preferred transport.
   */
  wake(networkChanged: boolean): void {
    if (networkChanged) this.#fallback.use(0);
    this.#failures = 0;
    this.#on('wake');
  }

  /** Name of the current transport. Undefined without a connection. */
  get transport(): TransportName | undefined {
    return this.#current && this.#options.transports[this.#index]?.[0];
  }

  /** Sends a frame. No-op without a connection. Only a reply proves that the frame has arrived. */
  send(frame: ClientFrame): void {
    this.#current?.send(frame);
  }

  /** Closes the connection and reconnects. */
  restart(reason: string, code = 0): void {
    this.lose({ next: 'lost', code, reason });
  }

  /** Chooses the transition that follows a closed connection, and executes it. */
  lose(reason: CloseReason): void {
    // With SESSION_POLICY=single, the server closes this client's current connection as replaced
    // when its own probe connects, or closes the probe if a poll was in flight. In both cases the
    // client must go on. If another device has replaced this one, the next connection is closed as
    // well.
    const final = reason.next === 'final';
    if (final && this.#probe) return this.#closeCurrent();
    const replacedByUs = final && Date.now() - this.#adoptedAt < STABLE_MS;
    const rejectedTwice = reason.next === 'expired' && this.#refreshed;
    if (reason.next === 'expired') this.#staleToken = this.#token;
    this.closeReason = reason;
    if (Date.now() - this.#welcomedAt > STABLE_MS) this.#failures = 0;
    this.#on(replacedByUs || rejectedTwice ? 'lost' : reason.next);
  }

  #on(event: ConnectionEvent): void {
    const step = next(this.state, event);
    if (!step) return;
    const [to, ...actions] = step;
    const changed = to !== this.state || event === 'welcome';
    this.state = to;
    for (const action of actions) this.#actions[action]();
    if (changed) this.#options.listener.changed(to);
  }

  readonly #actions: Record<ConnectionAction, () => void> = {
    authorize: () => this.#authorize(),
    open: () => {
      this.#index = this.#fallback.current;
      this.#current = this.#connect(this.#index);
      this.#openTimeout.restart(this.#options.openTimeout, () => this.#failedToOpen('no welcome'));
    },
    drop: () => {
      this.#clearTimers();
      this.#closeCurrent();
      this.#probe?.close();
      this.#probe = undefined;
    },
    wait: () => {
      this.#retry.restart(backoff(this.#failures++, this.#options.backoff), () => this.#on('timer'));
    },
    unwait: () => this.#retry.clear(),
    probe: () => {
      // Only a WebSocket can be checked with a ping. The other transports would send the ping in a
      // separate request, whose reply proves nothing about the request that receives events.
      if (this.#index === 0) this.#heartbeat.probe(this.#options.openTimeout);
      else this.#openProbe();
    },
  };

  #authorize(): void {
    const stale = this.#staleToken;
    this.#staleToken = undefined;
    this.#options.token(stale).then(
      (token) => {
        this.#token = token;
        this.#refreshed = stale !== undefined;
        this.#on('token');
      },
      (error) => {
        this.closeReason = { next: 'lost', code: error.status ?? 0, reason: error.message };
        this.#on(error.retry === false ? 'denied' : 'noToken');
      },
    );
  }

  #connect(index: number): TransportConnection {
    const { gateways, cursor, device, transports } = this.#options;
    const urls = gateways();
    const url = urls[Math.floor(this.#gatewayChoice * urls.length)] ?? '';
    const gateway = url.replace(/\/+$/, '').replace(/^ws/, 'http');
    let welcomed = false;
    const [, open] = transports[index] as (typeof transports)[0];
    const connection = open(
      { gateway, token: this.#token, device, cursor: cursor() },
      {
        welcome: (welcome) => {
          welcomed = true;
          if (connection === this.#probe) this.#adoptProbe();
          if (connection === this.#current) this.#welcome(welcome);
        },
        caughtUp: () => connection === this.#current && this.#on('caughtUp'),
        frame: (frame) => connection === this.#current && this.#frame(frame),
        alive: () => connection === this.#current && this.#heartbeat.received(),
        closed: (reason) => {
          if (connection === this.#probe) this.#closeProbe();
          if (connection !== this.#current) return;
          if (welcomed || reason.next !== 'lost') this.lose(reason);
          else this.#failedToOpen(reason.reason, reason.code);
        },
      },
    );
    return connection;
  }

  #failedToOpen(reason: string, code?: number): void {
    this.#gatewayChoice = Math.random();
    this.#fallback.failed();
    this.restart(reason, code);
  }

  #welcome(welcome: ConnectionWelcome): void {
    this.#clearTimers();
    this.#fallback.use(this.#index);
    this.closeReason = undefined;
    this.#refreshed = false;
    this.#welcomedAt = Date.now();
    this.#heartbeat.start(welcome.heartbeat);
    this.#options.listener.welcome(welcome);
    this.#on('welcome');
    this.#scheduleProbe();
  }

  #frame(frame: Exclude<ServerFrame, Welcome>): void {
    if (frame.type !== 'reconnect') return this.#options.listener.frame(frame);
    this.#gatewayChoice = Math.random();
    this.#moveAway.restart(frame.after, () => this.restart('reconnect'));
  }

  #scheduleProbe(): void {
    this.#nextProbe.clear();
    const delay = this.#options.betterAfter * (0.5 + Math.random());
    if (this.#index > 0) this.#nextProbe.restart(delay, () => this.#openProbe());
  }

  #openProbe(): void {
    const index = this.#probe ? undefined : this.#fallback.better(this.#index);
    if (index === undefined) return;
    this.#probeIndex = index;
    this.#probe = this.#connect(index);
    this.#nextProbe.restart(this.#options.openTimeout, () => this.#closeProbe());
  }

  #closeProbe(): void {
    this.#probe?.close();
    this.#probe = undefined;
    if (this.#current) this.#scheduleProbe();
    else this.restart('replaced');
  }

  #closeCurrent(): void {
    this.#current?.close();
    this.#current = undefined;
  }

  #adoptProbe(): void {
    this.#closeCurrent();
    this.#current = this.#probe;
    this.#adoptedAt = Date.now();
    this.#index = this.#probeIndex;
    this.#probe = undefined;
  }

  #clearTimers(): void {
    for (const timer of [this.#openTimeout, this.#moveAway, this.#nextProbe]) timer.clear();
    this.#heartbeat.stop();
    this.#welcomedAt = Number.NaN;
  }
}

export interface GatewayConnectionOptions {
  /** Transports with their names, in order of preference. */
  transports: [TransportName, OpenTransport][];
  device: string;
  backoff: Backoff;
  /** Maximum ms until a connection has received its welcome. */
  openTimeout: number;
  /** Ms after which the client tries a preferred transport with a second connection. */
  betterAfter: number;
  /** Returns the root URLs of the gateways. The client connects to a random one. */
  gateways(): string[];
  /**
   * Returns the cursor of the last event. Null: the server resumes after the last event that the
   * device has acknowledged.
   */
  cursor(): string | null;
  /**
   * Returns an access token other than `stale`. Rejects with `retry: false` if the session has
   * ended.
   */
  token(stale: string | undefined): Promise<string>;
  listener: GatewayConnectionListener;
}

/**
 * Receives the events of the connection. `welcome` is called just before `changed('catchingUp')`.
 */
export interface GatewayConnectionListener {
  changed(state: ConnectionState): void;
  welcome(welcome: ConnectionWelcome): void;
  frame(frame: Frame): void;
}

/** A frame that the connection passes to its listener. */
export type Frame = Exclude<ServerFrame, Welcome | { type: 'reconnect' }>;
