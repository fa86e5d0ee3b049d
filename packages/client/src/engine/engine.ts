import type { EventFrame, ParleyEvent } from '@parley/protocol';
import type { Credentials } from '../api/credentials.ts';
import { type Frame, GatewayConnection, type GatewayConnectionOptions } from '../connection/gateway-connection.ts';
import type { ConnectionState } from '../connection/transitions.ts';
import { applyChange } from '../state/apply-change.ts';
import { chatOf } from '../state/apply-event.ts';
import type { Accepted, Change, Mark } from '../state/change.ts';
import { eventsAhead, type State } from '../state/state.ts';
import type { ConnectionWelcome } from '../transport/transport.ts';
import type { Command, CommandRunner } from './command.ts';
import type { EngineContext, OnlinePart } from './context.ts';
import { MarkSender } from './mark-sender.ts';
import { Outbox } from './outbox.ts';
import { PendingFrames } from './pending-frames.ts';
import { PeopleLoader } from './people-loader.ts';
import { Reloader } from './reloader.ts';
import { StateWriter } from './state-writer.ts';
import { StreamReader } from './stream-reader.ts';
import { StreamSender } from './stream-sender.ts';
import { TokenRenewal } from './token-renewal.ts';
import { TypingSender } from './typing-sender.ts';

/**
 * Holds the connection and keeps the state up to date. Each new connection passes three phases:
 *
 * 1. Welcome: if events were lost, the client drops the messages in its state and reloads them from
 *    the api.
 * 2. Catching up: missed events arrive. Own messages among them leave the outbox. The client sends
 *    nothing.
 * 3. Online: the client resends pending frames and the outbox. After a loss, it resends them only
 *    after the reload, so that accepted messages are not sent twice.
 */
export class Engine implements CommandRunner {
  readonly #options: EngineOptions;
  readonly #connection: GatewayConnection;
  readonly #pending: PendingFrames;
  readonly #outbox: Outbox;
  readonly #marks: MarkSender;
  readonly #typing: TypingSender;
  readonly #writer: StateWriter;
  readonly #reloader: Reloader;
  readonly #people: PeopleLoader;
  readonly #streamReader: StreamReader;
  readonly #streamSender: StreamSender;
  readonly #onlineParts: OnlinePart[];
  /** Users whose presence each tab watches, by tab. */
  readonly #watched = new Map<string, number[]>();
  #focus: number | null = null;
  /** True after a welcome without a cursor, until the first event arrives. */
  #cursorUnknown = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const context: EngineContext = {
      ...options,
      send: (frame) => this.#connection.send(frame),
      request: (frame) => this.#pending.request(frame),
      change: (change) => this.#change(change),
    };
    this.#pending = new PendingFrames(context, () => this.#connection.restart('silent'));
    this.#outbox = new Outbox(context, this.#pending);
    this.#marks = new MarkSender(context);
    this.#typing = new TypingSender(context);
    this.#writer = new StateWriter(context);
    this.#reloader = new Reloader(context, () => {
      if (!this.#online) return;
      this.#pending.start();
      this.#outbox.start();
    });
    const renewal = new TokenRenewal(options.credentials, context, (reason) =>
      this.#connection.lose({ next: 'expired', code: 0, reason }),
    );
    this.#people = new PeopleLoader(context);
    this.#streamReader = new StreamReader(context);
    this.#streamSender = new StreamSender(context);
    const streams = [this.#streamReader, this.#streamSender];
    this.#onlineParts = [this.#reloader, this.#marks, this.#writer, this.#people, ...streams, renewal];
    this.#connection = new GatewayConnection({
      ...options,
      cursor: () => options.state.cursor ?? options.from,
      token: (stale) => options.credentials.token(stale),
      listener: {
        changed: (to) => this.#connectionChanged(to),
        welcome: (welcome) => this.#welcome(welcome),
        frame: (frame) => this.#frame(frame),
      },
    });
  }

  start(): void {
    this.#connection.start();
  }

  async run(command: Command, tab = ''): Promise<Accepted | undefined> {
    const connection = this.#connection;
    switch (command.do) {
      case 'send':
        this.#typing.stop();
        try {
          return this.#outbox.send(command.entry);
        } finally {
          // Saves the message now if it cannot be sent, because no server has a copy yet.
          if (!this.#online) this.#writer.flush();
        }
      case 'discard':
        this.#change({ type: 'discarded', ref: command.ref });
        break;
      case 'mark':
        this.#mark(command.chat, command.mark);
        break;
      case 'typing':
        if (this.#online) this.#typing.set(command.chat, command.active, command.state);
        break;
      case 'watch':
        this.#watched.set(tab, command.users);
        this.#watch();
        break;
      case 'focus':
        this.#focus = command.chat;
        if (this.#online) connection.send({ type: 'focus', chat: command.chat });
        break;
      case 'name':
        this.#people.name(command.users);
        break;
      case 'request': {
        const reply = await this.#pending.request(command.frame);
        return reply.type === 'ack' && 'id' in reply ? reply : undefined;
      }
      case 'append':
        this.#streamSender.append(command.chat, command.id, command.index, command.text);
        break;
      case 'end':
        await this.#streamSender.end(command.chat, command.id, command);
        break;
      case 'load':
        this.#change(command.change);
        if (command.change.unrecorded && 'chat' in command.change) this.#reloader.retry(command.change.chat);
        break;
      case 'wake':
        connection.wake(command.networkChanged);
        break;
      case 'start':
        connection.start();
    }
    return undefined;
  }

  /** Removes the users that a closed tab has watched. */
  forgetTab(tab: string): void {
    if (this.#watched.delete(tab)) this.#watch();
  }

  async stop(): Promise<void> {
    await this.#writer.flush();
    if (this.#online) this.#writer.acknowledge();
    this.#connection.stop();
    this.#pending.close();
    this.#outbox.close();
    await this.#writer.flush();
  }

  get #online(): boolean {
    return this.#connection.state === 'online';
  }

  #change(change: Change): void {
    const { state, published } = this.#options;
    if (!applyChange(state, change)) return;
    published(change);
    this.#writer.schedule();
  }

  #mark(chat: number, mark: Mark): void {
    this.#change({ type: 'marked', chat, mark, settled: false });
    if (this.#online) this.#marks.start();
  }

  #connectionChanged(to: ConnectionState): void {
    const { transport, closeReason } = this.#connection;
    this.#change({ type: 'status', status: { state: to, transport, reason: closeReason?.reason } });
    if (to === 'online') {
      for (const part of this.#onlineParts) part.start();
      this.#watch();
      if (this.#focus !== null) this.#connection.send({ type: 'focus', chat: this.#focus });
    } else for (const part of [...this.#onlineParts, this.#pending, this.#outbox, this.#typing]) part.stop();
  }

  #welcome({ cursor, recovered, maxInFlight }: ConnectionWelcome): void {
    const { state } = this.#options;
    this.#outbox.limit = maxInFlight;
    this.#cursorUnknown = cursor === null;
    if (!recovered) this.#reloader.lost();
    // Keeps the cursor of the state if it is newer: a probe (a second connection over a preferred
    // transport) starts at an earlier cursor, but the connection that it replaces might have
    // received later events.
    else if (cursor === null || eventsAhead(state, cursor) <= 0) return;
    this.#change({ type: 'moved', cursor, lost: !recovered });
  }

  #watch(): void {
    if (!this.#online || this.#watched.size === 0) return;
    const users = [...new Set([...this.#watched.values()].flat())].slice(0, 500);
    this.#connection.send({ type: 'watch', users });
  }

  #frame(frame: Frame): void {
    if (frame.type === 'event') this.#event(frame);
    else if (frame.type === 'ack' || (frame.type === 'stream' && frame.ref)) this.#pending.reply(frame);
    else if (frame.type === 'error') this.#streamSender.refused(frame) || this.#pending.reply(frame);
    else if (frame.type === 'stream') this.#streamReader.receive(frame);
    else if (frame.type !== 'pong') this.#change({ type: 'frame', frame });
  }

  #event({ cursor, event }: EventFrame): void {
    const { state, delivered } = this.#options;
    const ahead = eventsAhead(state, cursor);
    if (ahead <= 0) return;
    if (ahead !== 1 && !this.#cursorUnknown && state.cursor) return this.#connection.restart('a gap');
    this.#cursorUnknown = false;
    // Checks for a delivery receipt before the change is published, because the app might then mark
    // the message as read at once.
    const delivery = delivered ? deliveryOf(state, event) : undefined;
    this.#change({ type: 'event', cursor, event });
    this.#people.heard(event);
    if (delivery) this.#mark(delivery.chat, { delivered: delivery.id });
  }
}

/**
 * Returns the message that the client must mark as delivered because of an event. Groups have no
 * delivery receipts.
 */
function deliveryOf(state: State, event: ParleyEvent): { chat: number; id: number } | undefined {
  if (event.kind !== 'message' || event.from === state.user || event.conversation[0] === 'g') return undefined;
  const chat = chatOf(event, state.user);
  return (state.chats.get(chat)?.delivered ?? 0) < event.id ? { chat, id: event.id } : undefined;
}

export interface EngineOptions
  extends Omit<EngineContext, 'send' | 'request' | 'change'>,
    Pick<GatewayConnectionOptions, 'transports' | 'device' | 'openTimeout' | 'betterAfter' | 'gateways'> {
  credentials: Credentials;
  /** Whether the client sends delivery receipts. */
  delivered: boolean;
  /** Where a new device starts to read: `latest`, or null for the oldest event of the inbox. */
  from: 'latest' | null;
  /** Called after a change was applied to the state. */
  published(change: Change): void;
}
