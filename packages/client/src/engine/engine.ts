import type { EventFrame } from '@parley/protocol';
import type { Credentials } from '../api/credentials.ts';
import { type Frame, Link, type LinkOptions } from '../link/link.ts';
import type { LinkState } from '../link/machine.ts';
import { chatOf } from '../state/apply-event.ts';
import type { Change, Mark } from '../state/change.ts';
import type { Accepted } from '../state/state.ts';
import type { WireWelcome } from '../transport/transport.ts';
import { Asking } from './asking.ts';
import type { Command, Core } from './command.ts';
import { Keeper } from './keeper.ts';
import { Marks } from './marks.ts';
import { Outbox } from './outbox.ts';
import type { Context, Part } from './part.ts';
import { Reloading } from './reloading.ts';
import { Renewing } from './renewing.ts';
import { Typing } from './typing.ts';

/**
 * Holds the connection and keeps the state. Told once, what happens after each welcome:
 *
 * 1. Welcomed: when what was missed is lost, what is kept of chats is forgotten, to be read from the api again.
 * 2. Catching up: missed events come, and own messages among them leave the outbox. Nothing is sent.
 * 3. Online: what is left in the outbox is sent, and all that was asked meanwhile; after a loss not before it was read again what
 *    had arrived.
 */
export class Engine implements Core {
  readonly #parts: EngineParts;
  readonly #link: Link;
  readonly #asking: Asking;
  readonly #outbox: Outbox;
  readonly #marks: Marks;
  readonly #typing: Typing;
  readonly #keeper: Keeper;
  readonly #reloading: Reloading;
  readonly #whileOnline: Part[];
  /** What each tab wants to know the presence of. */
  readonly #watched = new Map<string, number[]>();
  #focus: number | null = null;
  #anyPlace = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const context: Context = {
      ...parts,
      send: (frame) => this.#link.send(frame),
      ask: (frame) => this.#asking.ask(frame),
      change: (change) => this.#change(change),
    };
    this.#asking = new Asking(context, () => this.#link.restart('silent'));
    this.#outbox = new Outbox(context, this.#asking);
    this.#marks = new Marks(context);
    this.#typing = new Typing(context);
    this.#keeper = new Keeper(context);
    this.#reloading = new Reloading(context, () => {
      if (!this.#online) return;
      this.#asking.start();
      this.#outbox.start();
    });
    const expired = (reason: string) => this.#link.lose({ next: 'expired', code: 0, reason });
    this.#whileOnline = [this.#reloading, this.#marks, this.#keeper, new Renewing(parts.credentials, context, expired)];
    this.#link = new Link({
      ...parts,
      place: () => parts.state.cursor ?? parts.from,
      token: (stale) => parts.credentials.token(stale),
      listener: {
        changed: (to) => this.#changed(to),
        welcome: (welcome) => this.#welcome(welcome),
        frame: (frame) => this.#frame(frame),
      },
    });
  }

  start(): void {
    this.#link.start();
  }

  async run(command: Command, tab = ''): Promise<Accepted | undefined> {
    const link = this.#link;
    switch (command.do) {
      case 'send':
        this.#typing.stop();
        try {
          return this.#outbox.send(command.entry);
        } finally {
          // Nobody else has it yet.
          if (!this.#online) this.#keeper.flush();
        }
      case 'discard':
        this.#change({ type: 'discarded', ref: command.ref });
        break;
      case 'mark':
        this.#mark(command.chat, command.mark);
        break;
      case 'typing':
        if (this.#online) this.#typing.set(command.chat, command.active);
        break;
      case 'watch':
        this.#watched.set(tab, command.users);
        this.#watch();
        break;
      case 'focus':
        this.#focus = command.chat;
        if (this.#online) link.send({ type: 'focus', chat: command.chat });
        break;
      case 'ask':
        await this.#asking.ask(command.frame);
        break;
      case 'load':
        this.#change(command.change);
        break;
      case 'wake':
        link.wake(command.moved);
        break;
      case 'start':
        link.start();
    }
    return undefined;
  }

  /** Another tab closed. */
  forgetTab(tab: string): void {
    if (this.#watched.delete(tab)) this.#watch();
  }

  async stop(): Promise<void> {
    await this.#keeper.flush();
    if (this.#online) this.#keeper.acknowledge();
    this.#link.stop();
    this.#asking.close();
    this.#outbox.close();
    await this.#keeper.flush();
  }

  get #online(): boolean {
    return this.#link.state === 'online';
  }

  #change(change: Change): void {
    const { state, published } = this.#parts;
    if (!state.apply(change)) return;
    published(change);
    this.#keeper.gather();
  }

  #mark(chat: number, mark: Mark): void {
    this.#change({ type: 'marked', chat, mark, settled: false });
    if (this.#online) this.#marks.start();
  }

  #changed(to: LinkState): void {
    const { transport, closed } = this.#link;
    this.#change({ type: 'status', status: { state: to, transport, reason: closed?.reason } });
    if (to === 'online') {
      for (const part of this.#whileOnline) part.start();
      this.#watch();
      if (this.#focus !== null) this.#link.send({ type: 'focus', chat: this.#focus });
    } else for (const part of [...this.#whileOnline, this.#asking, this.#outbox, this.#typing]) part.stop();
  }

  #welcome({ cursor, recovered, maxInFlight }: WireWelcome): void {
    const { state } = this.#parts;
    this.#outbox.limit = maxInFlight;
    this.#anyPlace = cursor === null;
    if (!recovered) this.#reloading.begin();
    // A better connection that was opened beside the old one begins where that was at the time.
    else if (cursor === null || state.ahead(cursor) <= 0) return;
    this.#change({ type: 'moved', cursor, lost: !recovered });
  }

  #watch(): void {
    if (!this.#online || this.#watched.size === 0) return;
    const users = [...new Set([...this.#watched.values()].flat())].slice(0, 500);
    this.#link.send({ type: 'watch', users });
  }

  #frame(frame: Frame): void {
    if (frame.type === 'event') this.#event(frame);
    else if (frame.type === 'ack' || frame.type === 'error') this.#asking.reply(frame);
    else if (frame.type !== 'pong') this.#change({ type: 'frame', frame });
  }

  #event({ cursor, event }: EventFrame): void {
    const { state, delivered } = this.#parts;
    const ahead = state.ahead(cursor);
    if (ahead <= 0) return;
    if (ahead !== 1 && !this.#anyPlace && state.cursor) return this.#link.restart('a gap');
    this.#anyPlace = false;
    this.#change({ type: 'event', cursor, event });
    // In a group nobody is told who received what.
    if (!delivered || event.kind !== 'message' || event.from === state.user || event.conversation[0] === 'g') return;
    const chat = chatOf(event, state.user);
    if ((state.boxes.get(chat)?.delivered ?? 0) < event.id) this.#mark(chat, { delivered: event.id });
  }
}

export interface EngineParts
  extends Omit<Context, 'send' | 'ask' | 'change'>,
    Pick<LinkOptions, 'transports' | 'device' | 'openTimeout' | 'betterAfter' | 'gateways'> {
  credentials: Credentials;
  /** Tell senders that their messages arrived. */
  delivered: boolean;
  /** Where a new device begins. */
  from: 'latest' | null;
  /** The state changed. */
  published(change: Change): void;
}
