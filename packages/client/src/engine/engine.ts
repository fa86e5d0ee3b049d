import type { EventFrame } from '@parley/protocol';
import type { Api } from '../api/api.ts';
import type { Credentials } from '../api/credentials.ts';
import type { Backoff } from '../link/backoff.ts';
import { type Frame, Link, type LinkOptions } from '../link/link.ts';
import type { LinkState } from '../link/machine.ts';
import { chatOf } from '../state/apply-event.ts';
import type { Change, TransportName } from '../state/change.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';
import { offsetOf, type WireWelcome } from '../transport/transport.ts';
import type { Command, Core } from './command.ts';
import { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import { Outbox } from './outbox.ts';
import { Questions } from './questions.ts';
import { Received } from './received.ts';
import { Reloading } from './reload.ts';
import { renewBeforeEnd } from './renew.ts';
import { Typing } from './typing.ts';

/**
 * Holds the connection and keeps the state. Told once, what happens after each welcome:
 *
 * 1. Welcomed: a place that is not where the client was means that something was missed for good; then what is kept of chats is
 *    forgotten and read from the api again.
 * 2. Catching up: missed events come, and own messages among them leave the outbox. Nothing is sent.
 * 3. Online: what is left in the outbox is sent, marks and questions with it.
 */
export class Engine implements Core {
  readonly #parts: EngineParts;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #questions: Questions;
  readonly #marks: Marks;
  readonly #typing: Typing;
  readonly #received: Received;
  readonly #keeper: Keeper;
  readonly #reloading: Reloading;
  readonly #watched = new Map<string, number[]>();
  #focus: number | null = null;
  #limit = 1;
  #anyPlace = false;
  #stopRenewing = () => {};

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const { state, credentials } = parts;
    const change = (made: Change) => this.#change(made);
    const send: Link['send'] = (frame) => this.#link.send(frame);
    this.#link = new Link({
      ...parts,
      place: () => state.cursor ?? parts.from,
      token: (stale) => credentials.token(stale),
      listener: {
        changed: (to) => this.#changed(to),
        welcome: (welcome) => this.#welcome(welcome),
        frame: (frame) => this.#frame(frame),
      },
    });
    const mayRepeat = () => !this.#reloading.busy;
    this.#outbox = new Outbox({ state, backoff: parts.backoff, send, change, mayRepeat });
    this.#questions = new Questions(send, parts.backoff);
    this.#marks = new Marks({ state, change, ask: (frame) => this.#questions.ask(frame) });
    this.#typing = new Typing(send);
    this.#received = new Received(send);
    this.#keeper = new Keeper({ ...parts, kept: (cursor) => this.#received.note(cursor) });
    this.#reloading = new Reloading({ ...parts, change, done: () => this.#outbox.pump() });
  }

  start(): void {
    this.#link.start();
  }

  async run(command: Command, tab = ''): Promise<void> {
    switch (command.do) {
      case 'send':
        this.#typing.forget(command.entry.chat);
        this.#change({ type: 'queued', entry: command.entry });
        return this.#outbox.pump();
      case 'discard':
        this.#change({ type: 'discarded', ref: command.ref });
        return this.#outbox.forget(command.ref);
      case 'mark':
        this.#change({ type: 'marked', chat: command.chat, mark: command.mark, settled: false });
        return this.#marks.gather();
      case 'typing':
        return this.#link.state === 'online' ? this.#typing.set(command.chat, command.active) : undefined;
      case 'watch':
        this.#watched.set(tab, command.users);
        return this.#watch();
      case 'focus':
        this.#focus = command.chat;
        return this.#link.state === 'online' ? this.#link.send({ type: 'focus', chat: command.chat }) : undefined;
      case 'ask':
        return this.#questions.ask(command.frame);
      case 'load':
        return this.#change(command.change);
      case 'wake':
        return this.#link.wake(command.moved);
    }
  }

  /** Another tab closed. */
  forgetTab(tab: string): void {
    if (this.#watched.delete(tab)) this.#watch();
  }

  async stop(): Promise<void> {
    this.#typing.forget();
    await this.#keeper.flush();
    this.#received.flush();
    this.#reloading.stop();
    this.#link.stop();
    this.#questions.close();
    await this.#keeper.flush();
  }

  #change(change: Change): void {
    const { state, published } = this.#parts;
    if (!state.apply(change)) return;
    published(change);
    this.#keeper.gather();
  }

  #changed(to: LinkState): void {
    const transport = this.#link.transport === undefined ? undefined : this.#parts.names[this.#link.transport];
    const reason = this.#link.closed?.reason;
    if (to === 'online') this.#online();
    else this.#away();
    const status = { state: to, ...(transport && { transport }), ...(reason && { reason }) };
    this.#change({ type: 'status', status });
  }

  #welcome({ cursor, recovered, maxInFlight }: WireWelcome): void {
    const { state } = this.#parts;
    this.#limit = maxInFlight;
    this.#anyPlace = cursor === null;
    if (!recovered) {
      this.#reloading.begin();
      this.#change({ type: 'reset', cursor });
    } else if (cursor !== null && (state.cursor === null || offsetOf(cursor) > offsetOf(state.cursor))) {
      this.#change({ type: 'moved', cursor });
    }
  }

  #online(): void {
    const { credentials } = this.#parts;
    const expired = (reason: string) => this.#link.lose({ next: 'expired', code: 0, reason });
    const renew = (token: string) => this.#questions.ask({ type: 'auth', token });
    this.#stopRenewing = renewBeforeEnd(credentials, renew, expired);
    this.#reloading.start();
    this.#outbox.start(this.#limit);
    this.#questions.start();
    this.#marks.start();
    this.#received.start();
    this.#watch();
    if (this.#focus !== null) this.#link.send({ type: 'focus', chat: this.#focus });
    this.#outbox.pump();
  }

  #away(): void {
    this.#stopRenewing();
    this.#outbox.stop();
    this.#questions.stop();
    this.#marks.stop();
    this.#received.stop();
    this.#typing.forget();
  }

  #watch(): void {
    if (this.#link.state !== 'online' || this.#watched.size === 0) return;
    const users = [...new Set([...this.#watched.values()].flat())].slice(0, 500);
    this.#link.send({ type: 'watch', users });
  }

  #frame(frame: Frame): void {
    switch (frame.type) {
      case 'event':
        return this.#event(frame);
      case 'ack':
        return 'id' in frame ? this.#outbox.reply(frame) : this.#questions.reply(frame);
      case 'error':
        this.#questions.reply(frame);
        return this.#outbox.reply(frame);
      case 'typing':
      case 'presence':
        return this.#change({ type: 'frame', frame });
    }
  }

  #event({ cursor, event }: EventFrame): void {
    const { state, delivered } = this.#parts;
    if (!this.#follows(cursor)) return this.#link.lose({ next: 'lost', code: 0, reason: 'an event is missing' });
    this.#anyPlace = false;
    if (state.cursor !== null && state.isBehind(cursor)) return;
    this.#change({ type: 'event', cursor, event });
    if (event.kind !== 'message') return;
    if (event.from === state.user) return event.ref === undefined ? undefined : this.#outbox.forget(event.ref);
    const chat = chatOf(event, state.user);
    // In a group nobody is told who received what.
    if (!delivered || event.conversation.startsWith('g') || (state.boxes.get(chat)?.delivered ?? 0) >= event.id) return;
    this.#change({ type: 'marked', chat, mark: { delivered: event.id }, settled: false });
    this.#marks.gather();
  }

  /** Events come without a gap. */
  #follows(cursor: string): boolean {
    const last = this.#parts.state.cursor;
    if (last === null || this.#anyPlace) return true;
    const [epoch, offset] = last.split('-') as [string, string];
    return cursor.startsWith(`${epoch}-`) && offsetOf(cursor) <= Number(offset) + 1;
  }
}

export interface EngineParts
  extends Pick<LinkOptions, 'transports' | 'device' | 'openTimeout' | 'betterAfter' | 'gateways'> {
  state: State;
  store: Store;
  credentials: Credentials;
  /** Names of the transports. */
  names: readonly TransportName[];
  backoff: Backoff;
  /** Reads again what was missed; undefined without an api. */
  api: Api | undefined;
  /** Messages kept of each chat. */
  keep: number;
  /** Tell senders that their messages arrived. */
  delivered: boolean;
  /** Where a new device begins. */
  from: 'latest' | null;
  /** The state changed. */
  published(change: Change): void;
  /** The store failed. */
  failed(error: unknown): void;
}
