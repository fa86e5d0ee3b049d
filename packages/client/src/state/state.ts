import type { Message, MessageEvent } from '@parley/protocol';
import { applyEvent } from './apply-event.ts';
import type { Change, Mark, Outgoing, Status, StorageStatus } from './change.ts';
import { type ChatBox, clear, emptyBox, insert, markRead, merge, trim } from './chat-box.ts';

/** All that a client knows of its user's chats. Each tab has one; the same changes make the same of each. */
export class State {
  readonly user: number;
  readonly #keep: number;
  /** What came last; null before anything did. */
  cursor: string | null = null;
  /** Whether the chats were read from the api since what was missed was lost. */
  whole = false;
  readonly boxes = new Map<number, ChatBox>();
  outbox: Outgoing[] = [];
  /** What the server is yet to be told. */
  readonly marks = new Map<number, Mark>();
  status: Status = { state: 'off' };
  storage: StorageStatus = { state: 'kept' };
  /** Keys of what differs from what is stored; see `dump`. */
  readonly dirty = new Set<string>();

  /** Called when a message has left the outbox: accepted, or else discarded. */
  left: (ref: string, accepted: Accepted | undefined) => void = () => {};

  /** @param keep messages to keep of each chat */
  constructor(user: number, keep: number) {
    this.user = user;
    this.#keep = keep;
  }

  /** Makes a change. False when it says nothing new, as an event that had come before. */
  apply(change: Change): boolean {
    switch (change.type) {
      case 'event':
        if (this.ahead(change.cursor) <= 0) return false;
        this.cursor = change.cursor;
        this.#touch('cursor');
        applyEvent(this, change.event);
        break;
      case 'moved':
        this.cursor = change.cursor;
        this.#touch('cursor');
        if (!change.lost) break;
        this.whole = false;
        for (const box of this.boxes.values()) {
          Object.assign(box, { messages: [], more: true });
          this.touch(box);
        }
        this.#touch('whole');
        break;
      case 'queued':
        return this.#queue(change.entry);
      case 'failed': {
        const entry = this.entry(change.ref);
        if (!entry) return false;
        entry.error = change.error;
        this.#touch('outbox');
        break;
      }
      case 'accepted':
        return this.#accept(change);
      case 'discarded':
        return this.strike(change.ref) !== undefined;
      case 'marked':
        this.#mark(change);
        break;
      case 'chats':
        this.#load(change);
        break;
      case 'messages':
        this.#loadMessages(change);
        break;
      case 'status':
        this.status = change.status;
        break;
      case 'storage':
        this.storage = change.storage;
        break;
    }
    return true;
  }

  /** The box of a chat, made if there is none. */
  box(chat: number): ChatBox {
    const box = this.boxes.get(chat) ?? emptyBox(chat, this.#keep);
    this.boxes.set(chat, box);
    return box;
  }

  /** By how many events a cursor is ahead of what came last: 0 or less for what had come, NaN when they cannot be compared. */
  ahead(cursor: string): number {
    const [epoch, offset] = cursor.split('-');
    const [lastEpoch, last] = (this.cursor ?? '').split('-');
    return epoch === lastEpoch ? Number(offset) - Number(last) : Number.NaN;
  }

  entry(ref: string): Outgoing | undefined {
    return this.outbox.find((entry) => entry.ref === ref);
  }

  /** Takes a message out of the outbox: it was accepted, or will not be sent. */
  strike(ref: string, accepted?: Accepted): Outgoing | undefined {
    const entry = this.entry(ref);
    if (!entry) return undefined;
    this.outbox = this.outbox.filter((each) => each !== entry);
    this.#touch('outbox');
    this.left(ref, accepted);
    return entry;
  }

  /** A message of the outbox that was accepted already, as far as is known here. */
  arrived({ chat, ref }: Outgoing): Accepted | undefined {
    return this.boxes.get(chat)?.messages.find((each) => each.ref === ref);
  }

  /** Puts a message into its chat, of which it is the newest unless it had been there. */
  add(chat: number, message: Message | MessageEvent): ChatBox {
    const box = this.box(chat);
    const { kind: _, ...plain } = message as MessageEvent;
    if (plain.conversation.startsWith('g')) box.type = 'group';
    insert(box, [plain]);
    trim(box);
    this.touch(box);
    return box;
  }

  /** This user has read so far. */
  read(box: ChatBox, read: number): void {
    markRead(box, read, this.user);
    this.touch(box);
  }

  /** What is kept of a chat differs from what is stored. */
  touch(box: Pick<ChatBox, 'chat'>): void {
    this.#touch(`chat:${box.chat}`);
  }

  #touch(key: string): void {
    this.dirty.add(key);
  }

  #queue(entry: Outgoing): boolean {
    const known = this.entry(entry.ref);
    if (known && !known.error) return false;
    if (this.arrived(entry)) return false;
    this.outbox = [...this.outbox.filter((each) => each !== known), entry];
    this.#touch('outbox');
    return true;
  }

  #accept(change: Extract<Change, { type: 'accepted' }>): boolean {
    const entry = this.strike(change.ref, change);
    if (!entry) return false;
    const { id, conversation, date } = change;
    const { chat, error: _, ...said } = entry;
    this.add(chat, { ...said, id, conversation, from: this.user, to: chat, date });
    return true;
  }

  #mark({ chat, mark, settled }: Extract<Change, { type: 'marked' }>): void {
    const pending: Mark = {};
    for (const key of ['delivered', 'read'] as const) {
      const before = this.marks.get(chat)?.[key] ?? 0;
      const value = mark[key] ?? 0;
      const left = settled ? (before > value ? before : 0) : Math.max(before, value);
      if (left > 0) pending[key] = left;
    }
    if (Object.keys(pending).length > 0) this.marks.set(chat, pending);
    else this.marks.delete(chat);
    const box = this.box(chat);
    box.delivered = Math.max(box.delivered, mark.delivered ?? 0, mark.read ?? 0);
    this.read(box, mark.read ?? 0);
    this.#touch('marks');
  }

  #load({ chats, whole }: Extract<Change, { type: 'chats' }>): void {
    if (whole) {
      this.whole = true;
      this.#touch('whole');
      const listed = new Set(chats.map(({ chat }) => chat));
      // A chat whose messages came since the list was made may not be in it.
      for (const box of this.boxes.values())
        if (!listed.has(box.chat) && box.messages.length === 0) this.clear(box.chat, box.cleared);
    }
    for (const chat of chats) {
      const box = this.box(chat.chat);
      if (chat.last && chat.last.id <= box.cleared) continue;
      merge(box, chat, this.user);
      if (box.messages.length === 0 && chat.last) box.messages = [chat.last];
      this.touch(box);
    }
  }

  #loadMessages({ chat, messages, more }: Extract<Change, { type: 'messages' }>): void {
    const box = this.box(chat);
    const [oldest] = box.messages;
    for (const message of messages) if (message.ref) this.strike(message.ref, message);
    if (!oldest || (messages[0]?.id ?? 0) <= oldest.id) box.more = more;
    insert(box, messages);
    box.room = Math.max(box.room, box.messages.length);
    this.touch(box);
  }

  /** The chat was deleted up to a message. */
  clear(chat: number, upTo: number): void {
    const box = this.box(chat);
    clear(box, upTo, this.user);
    // A name would have it shown.
    if (!box.last) box.name = '';
    this.touch(box);
  }
}

/** What is known of a message once it is accepted. */
export interface Accepted {
  id: number;
  /** Ms since 1970. */
  date: number;
  ref?: string | undefined;
  /** A device of the recipient's, or of another member's, was connected; undefined when that was not told. */
  online?: boolean | undefined;
}
