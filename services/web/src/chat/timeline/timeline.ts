import type { ChatMessage } from '@parley/client';
import type { EventOf, Message } from '@parley/protocol';
import { reactions } from './reactions.ts';
import type { Source } from './source.ts';

/** Number of messages in one page of the history. */
const PAGE = 100;

/**
 * Number of newest messages that the SDK stores per chat, so that a chat opens without the network.
 */
const TAIL = 50;

/**
 * The loaded messages of a chat: a section of its history without gaps. An attached timeline ends
 * with the newest message and follows the SDK's state. A detached timeline shows an older section,
 * for example after a jump, and can be extended in both directions. If it exceeds its limit, it
 * drops the messages at the other end.
 */
export class Timeline {
  readonly #source: Source;
  readonly #limit: number;
  /** Loaded messages older than the SDK's, in ascending order. */
  #pages: ChatMessage[] = [];
  /** The newest messages, as the SDK stores them. Empty while detached. */
  #tail: ChatMessage[] = [];
  #older: boolean | undefined;
  #attached = true;
  #marks = { delivered: 0, read: 0 };
  #turn = 0;
  /** Ids of messages that the user deleted from their own copy. */
  readonly #hidden = new Set<number>();

  /** @param limit maximum number of messages in memory */
  constructor(source: Source, limit = 2000) {
    this.#source = source;
    this.#limit = limit;
    this.refresh();
  }

  get messages(): ChatMessage[] {
    return this.#pages.length === 0 ? this.#tail : [...this.#pages, ...this.#tail];
  }

  /** Whether the chat has older messages that are not loaded. */
  get older(): boolean {
    return this.#older ?? this.#source.hasOlder();
  }

  /** Whether the chat has newer messages that are not loaded. */
  get newer(): boolean {
    return !this.#attached;
  }

  /** Takes over the current messages and marks of the SDK. */
  refresh(): void {
    this.#showMarks();
    if (!this.#attached) return;
    const before = this.#tail;
    const known = new Map(before.map((message) => [message.key, message]));
    const tail = this.#source.tail().map((message) => same(known.get(message.key), message) ?? message);
    const first = tail.find(({ id }) => id !== undefined)?.id;
    // Keeps older messages that the SDK no longer stores.
    if (first !== undefined) {
      const left = before.filter(({ id }) => id !== undefined && id < first && !this.#hidden.has(id));
      if (left.length > 0 && left.length < before.length) this.#pages = [...this.#pages, ...left];
    }
    this.#tail = tail;
    if (first === undefined) this.#pages = [];
    if (this.#pages.length === 0) this.#older = undefined;
  }

  /** Detaches the timeline after events were lost, because newer messages might be missing. */
  lose(): void {
    const kept = this.messages.filter(({ id }) => id !== undefined);
    this.#turn += 1;
    if (kept.length > 0) this.#detach(kept, this.older);
  }

  /** Loads older messages. Resolves with false if there are none. @throws ParleyError */
  async loadOlder(): Promise<boolean> {
    if (!this.older) return false;
    const first = this.messages[0]?.id;
    if (this.#attached && this.#pages.length === 0 && this.#tail.length < TAIL) {
      await this.#source.extend(TAIL);
      this.refresh();
      return true;
    }
    if (first === undefined) return false;
    const turn = this.#turn;
    const { items, more } = await this.#source.page({ before: first, limit: PAGE });
    if (turn !== this.#turn) return true;
    this.#pages = [...items.map((message) => this.#show(message)), ...this.#pages];
    this.#older = more;
    if (this.messages.length > this.#limit) this.#detach(this.messages.slice(0, this.#limit), more);
    return true;
  }

  /** Loads newer messages. No-op while attached to the newest ones. @throws ParleyError */
  async loadNewer(): Promise<void> {
    const last = this.#pages.at(-1)?.id;
    if (this.#attached || last === undefined) return;
    const turn = this.#turn;
    const { items, more } = await this.#source.page({ after: last, limit: PAGE });
    if (turn !== this.#turn) return;
    const pages = [...this.#pages, ...items.map((message) => this.#show(message))];
    const first = this.#source.tail()[0]?.id ?? Number.POSITIVE_INFINITY;
    if (!more || (pages.at(-1)?.id ?? 0) >= first) this.#attach(pages);
    else {
      if (pages.length > this.#limit) this.#older = true;
      this.#pages = pages.slice(-this.#limit);
    }
  }

  /**
   * Loads a message and the messages around it. Resolves with false if the message does not exist.
   *
   * @throws ParleyError
   */
  async jump(id: number): Promise<boolean> {
    if (this.messages.some((message) => message.id === id)) return true;
    const turn = ++this.#turn;
    const { items, more } = await this.#source.page({ around: id, limit: PAGE });
    if (turn !== this.#turn || !items.some((message) => message.id === id)) return false;
    const pages = items.map((message) => this.#show(message));
    this.#detach(pages, more);
    const first = this.#source.tail()[0]?.id ?? Number.POSITIVE_INFINITY;
    if ((pages.at(-1)?.id ?? 0) >= first) this.#attach(pages);
    return true;
  }

  /** Attaches the timeline to the newest messages and drops the older ones. */
  toLatest(): void {
    if (this.#attached) return;
    this.#turn += 1;
    this.#attached = true;
    this.#pages = [];
    this.#tail = [];
    this.refresh();
  }

  /** Applies an event to the loaded messages that the SDK does not store. */
  apply(event: EventOf<'recall' | 'edit' | 'react' | 'pin' | 'hide'>): void {
    if (event.kind === 'hide') return this.#hide(event.ids);
    const at = this.#pages.findIndex(({ id }) => id === event.id);
    const message = this.#pages[at];
    if (!message) return;
    this.#pages = this.#pages.with(at, { ...message, ...change(message, event) });
  }

  #hide(ids: readonly number[]): void {
    for (const id of ids) this.#hidden.add(id);
    this.#pages = this.#pages.filter(({ id = 0 }) => !this.#hidden.has(id));
  }

  #attach(pages: ChatMessage[]): void {
    this.#turn += 1;
    this.#attached = true;
    this.#tail = [];
    this.refresh();
    const first = this.#tail[0]?.id ?? Number.POSITIVE_INFINITY;
    this.#pages = pages.filter(({ id = 0 }) => id < first);
    if (this.#pages.length > 0) this.#older ??= this.#source.hasOlder();
  }

  #detach(messages: ChatMessage[], older: boolean): void {
    this.#turn += 1;
    this.#attached = false;
    this.#tail = [];
    this.#pages = messages.filter(({ id }) => id !== undefined);
    this.#older = older;
  }

  #show({ conversation: _, ...message }: Message): ChatMessage {
    const { me } = this.#source;
    const mine = message.from === me;
    const chat = mine || _.startsWith('g') ? message.to : message.from;
    const state = mine ? this.#stateOf(message.id) : 'received';
    return { ...message, key: message.ref ?? String(message.id), chat, mine, state };
  }

  #stateOf(id: number): ChatMessage['state'] {
    const { delivered, read } = this.#marks;
    if (id <= read) return 'read';
    return id <= delivered ? 'delivered' : 'sent';
  }

  #showMarks(): void {
    const { delivered, read } = this.#source.marks();
    if (delivered === this.#marks.delivered && read === this.#marks.read) return;
    this.#marks = { delivered, read };
    this.#pages = this.#pages.map((message) => {
      const state = message.mine ? this.#stateOf(message.id ?? 0) : message.state;
      return state === message.state ? message : { ...message, state };
    });
  }
}

/**
 * Returns the previous object of a message if nothing changed, so that Vue does not render it
 * again.
 */
function same(known: ChatMessage | undefined, now: ChatMessage): ChatMessage | undefined {
  const fields = [
    'id',
    'state',
    'body',
    'custom',
    'streaming',
    'edited',
    'recalled',
    'reactions',
    'pinned',
    'error',
  ] as const;
  return known && fields.every((field) => known[field] === now[field]) ? known : undefined;
}

function change(message: ChatMessage, event: EventOf<'recall' | 'edit' | 'react' | 'pin'>): Partial<ChatMessage> {
  if (event.kind === 'recall') return { body: null, custom: undefined, pinned: undefined, recalled: Date.now() };
  if (event.kind === 'pin') return { pinned: event.active ? { user: event.user, date: event.date } : undefined };
  if (event.kind === 'edit')
    return { body: event.body, custom: event.custom, ...(event.streaming !== false && { edited: Date.now() }) };
  return { reactions: reactions(message.reactions, event.emoji, event.user, event.active) };
}
