import type { ClientFrame, ServerFrame, Welcome } from '@parley/protocol';
import { Alarm } from '../alarm.ts';
import type { TransportName } from '../state/change.ts';
import type { Closed, OpenWire, Wire, WireWelcome } from '../transport/transport.ts';
import { type Backoff, backoff } from './backoff.ts';
import { Ladder } from './ladder.ts';
import { type LinkAction, type LinkEvent, type LinkState, next } from './machine.ts';
import { Pulse } from './pulse.ts';

/** Ms that a connection has to last for the next back-off to be short again. */
const STABLE = 5000;

/** Keeps a connection to some gateway: carries out what the table in `machine.ts` says. */
export class Link {
  readonly #options: LinkOptions;
  readonly #ladder: Ladder;
  readonly #pulse = new Pulse(
    () => this.send({ type: 'ping' }),
    () => this.restart('silent'),
  );
  state: LinkState = 'off';
  /** Why the last connection ended, until there is another one. */
  closed: Closed | undefined;
  #wire: Wire | undefined;
  /** Index of the wire's transport. */
  #index = 0;
  /** A wire of a better transport, opened beside the one in use. */
  #trial: Wire | undefined;
  #trialIndex = 0;
  /** When the present wire took the place of another. */
  #adopted = Number.NaN;
  #gateway = Math.random();
  #token = '';
  /** A token that was refused, and whether the present one was got in its place. */
  #stale: string | undefined;
  #renewed = false;
  #failures = 0;
  #since = Number.NaN;
  readonly #retry = new Alarm();
  readonly #open = new Alarm();
  readonly #leave = new Alarm();
  readonly #better = new Alarm();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#ladder = new Ladder(options.transports.length);
  }

  start(): void {
    this.#on('start');
  }

  stop(): void {
    this.#on('stop');
  }

  /** Comes back now, or finds out whether the connection still lives. `moved`: the network may be another one. */
  wake(moved: boolean): void {
    if (moved) this.#ladder.use(0);
    this.#failures = 0;
    this.#on('wake');
  }

  /** The transport in use. */
  get transport(): TransportName | undefined {
    return this.#wire && this.#options.transports[this.#index]?.[0];
  }

  /** Sends a frame if there is a connection; only its reply tells whether it arrived. */
  send(frame: ClientFrame): void {
    this.#wire?.send(frame);
  }

  /** Gives the connection up, and comes back. */
  restart(reason: string, code = 0): void {
    this.lose({ next: 'lost', code, reason });
  }

  /** The connection ended, or is of no use any more. */
  lose(closed: Closed): void {
    // With one connection per user the server ends the old one for the trial, or the trial for a poll that was under way. Were it for
    // another reason, the next one would be told.
    const final = closed.next === 'final';
    if (final && this.#trial) return this.#unwire();
    const byOwn = final && Date.now() - this.#adopted < STABLE;
    const refusedAgain = closed.next === 'expired' && this.#renewed;
    if (closed.next === 'expired') this.#stale = this.#token;
    this.closed = closed;
    if (Date.now() - this.#since > STABLE) this.#failures = 0;
    this.#on(byOwn || refusedAgain ? 'lost' : closed.next);
  }

  #on(event: LinkEvent): void {
    const step = next(this.state, event);
    if (!step) return;
    const [to, ...actions] = step;
    const changed = to !== this.state || event === 'welcome';
    this.state = to;
    for (const action of actions) this.#actions[action]();
    if (changed) this.#options.listener.changed(to);
  }

  readonly #actions: Record<LinkAction, () => void> = {
    authorize: () => this.#authorize(),
    open: () => {
      this.#index = this.#ladder.current;
      this.#wire = this.#connect(this.#index);
      this.#open.set(this.#options.openTimeout, () => this.#notWelcomed('no welcome'));
    },
    drop: () => {
      this.#settle();
      this.#unwire();
      this.#trial?.close();
      this.#trial = undefined;
    },
    wait: () => {
      this.#retry.set(backoff(this.#failures++, this.#options.backoff), () => this.#on('timer'));
    },
    unwait: () => this.#retry.clear(),
    probe: () => {
      // Without a WebSocket the reply does not come by the connection in question.
      if (this.#index === 0) this.#pulse.probe(this.#options.openTimeout);
      else this.#try();
    },
  };

  #authorize(): void {
    const stale = this.#stale;
    this.#stale = undefined;
    this.#options.token(stale).then(
      (token) => {
        this.#token = token;
        this.#renewed = stale !== undefined;
        this.#on('token');
      },
      (error) => {
        this.closed = { next: 'lost', code: error.status ?? 0, reason: error.message };
        this.#on(error.retry === false ? 'denied' : 'noToken');
      },
    );
  }

  #connect(index: number): Wire {
    const { gateways, place, device, transports } = this.#options;
    const urls = gateways();
    const gateway = (urls[Math.floor(this.#gateway * urls.length)] ?? '').replace(/\/+$/, '').replace(/^ws/, 'http');
    let welcomed = false;
    const [, open] = transports[index] as (typeof transports)[0];
    const wire = open(
      { gateway, token: this.#token, device, cursor: place() },
      {
        welcome: (welcome) => {
          welcomed = true;
          if (wire === this.#trial) this.#adopt();
          if (wire === this.#wire) this.#welcome(welcome);
        },
        caughtUp: () => wire === this.#wire && this.#on('caughtUp'),
        frame: (frame) => wire === this.#wire && this.#frame(frame),
        alive: () => wire === this.#wire && this.#pulse.heard(),
        closed: (closed) => {
          if (wire === this.#trial) this.#giveUp();
          if (wire !== this.#wire) return;
          if (welcomed || closed.next !== 'lost') this.lose(closed);
          else this.#notWelcomed(closed.reason, closed.code);
        },
      },
    );
    return wire;
  }

  #notWelcomed(reason: string, code?: number): void {
    this.#gateway = Math.random();
    this.#ladder.failed();
    this.restart(reason, code);
  }

  #welcome(welcome: WireWelcome): void {
    this.#settle();
    this.#ladder.use(this.#index);
    this.closed = undefined;
    this.#renewed = false;
    this.#since = Date.now();
    this.#pulse.start(welcome.heartbeat);
    this.#options.listener.welcome(welcome);
    this.#on('welcome');
    this.#tryLater();
  }

  #frame(frame: Exclude<ServerFrame, Welcome>): void {
    if (frame.type !== 'reconnect') return this.#options.listener.frame(frame);
    this.#gateway = Math.random();
    this.#leave.set(frame.after, () => this.restart('reconnect'));
  }

  #tryLater(): void {
    this.#better.clear();
    if (this.#index > 0) this.#better.set(this.#options.betterAfter * (0.5 + Math.random()), () => this.#try());
  }

  #try(): void {
    const index = this.#trial ? undefined : this.#ladder.better(this.#index);
    if (index === undefined) return;
    this.#trialIndex = index;
    this.#trial = this.#connect(index);
    this.#better.set(this.#options.openTimeout, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#trial?.close();
    this.#trial = undefined;
    if (this.#wire) this.#tryLater();
    else this.restart('replaced');
  }

  #unwire(): void {
    this.#wire?.close();
    this.#wire = undefined;
  }

  #adopt(): void {
    this.#unwire();
    this.#wire = this.#trial;
    this.#adopted = Date.now();
    this.#index = this.#trialIndex;
    this.#trial = undefined;
  }

  #settle(): void {
    for (const alarm of [this.#open, this.#leave, this.#better]) alarm.clear();
    this.#pulse.stop();
    this.#since = Number.NaN;
  }
}

export interface LinkOptions {
  /** In order of preference. */
  transports: [TransportName, OpenWire][];
  device: string;
  backoff: Backoff;
  openTimeout: number;
  betterAfter: number;
  /** Root urls; one is taken at random. */
  gateways(): string[];
  /** What came last; null for what the device has not seen. */
  place(): string | null;
  /** An access token other than the stale one. Rejects with `retry: false` when there will be none. */
  token(stale: string | undefined): Promise<string>;
  listener: LinkListener;
}

/** Hears of the connection; `welcome` comes just before the change to `catchingUp`. */
export interface LinkListener {
  changed(state: LinkState): void;
  welcome(welcome: WireWelcome): void;
  frame(frame: Frame): void;
}

export type Frame = Exclude<ServerFrame, Welcome | { type: 'reconnect' }>;
