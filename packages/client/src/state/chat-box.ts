import type { Chat, Message } from '@parley/protocol';

/** What is known of a chat: what the api says of it, brought up to date by events, and its newest messages. */
export interface ChatBox extends Chat {
  /** How far the peer has received. */
  peerDelivered: number;
  /** How far this user has received. */
  delivered: number;
  /**
   * Up to here messages are in `unread`, as far as they are. An own message that was acknowledged may be newer: it overtakes what came
   * before it.
   */
  counted: number;
  /** Up to here its owner deleted the chat: what a late answer of the api says of these messages does not count. */
  cleared: number;
  /** Ascending by id, without a hole. */
  messages: Message[];
  /** There are older messages than these. */
  more: boolean;
  /** Messages to keep in memory: more than usual once older ones were asked for. */
  room: number;
}

/** A chat of which nothing is known but its id. */
export function emptyBox(chat: number, room: number): ChatBox {
  return {
    chat,
    type: 'user',
    name: '',
    avatar: null,
    last: null,
    unread: 0,
    read: 0,
    peerRead: 0,
    pinned: false,
    muted: false,
    updated: 0,
    peerDelivered: 0,
    delivered: 0,
    counted: 0,
    cleared: 0,
    messages: [],
    more: true,
    room,
  };
}

/** Puts messages into their places, each once. Later news of a message replaces what was there. */
export function insert(box: ChatBox, messages: readonly Message[]): void {
  for (const message of messages) {
    if (message.id <= box.cleared) continue;
    const at = box.messages.findLastIndex(({ id }) => id <= message.id);
    const same = box.messages[at];
    if (same?.id === message.id) box.messages[at] = { ...same, ...message };
    else box.messages.splice(at + 1, 0, message);
  }
  const newest = box.messages.at(-1);
  if (newest && newest.id >= (box.last?.id ?? 0)) {
    box.last = newest;
    box.updated = Math.max(box.updated, newest.date);
  }
}

/** Forgets the oldest messages for which there is no room. */
export function trim(box: ChatBox, room = box.room): void {
  if (box.messages.length <= room) return;
  box.messages = box.messages.slice(box.messages.length - room);
  box.more = true;
}

/** Changes a message that is known. */
export function alter(box: ChatBox, id: number, change: (message: Message) => Partial<Message>): void {
  const at = box.messages.findIndex((message) => message.id === id);
  const message = box.messages[at] ?? box.last;
  if (message?.id !== id) return;
  const altered = { ...message, ...change(message) };
  if (at >= 0) box.messages[at] = altered;
  if (box.last?.id === id) box.last = altered;
}

/** This user has read so far. */
export function markRead(box: ChatBox, read: number, me: number): void {
  if (read <= box.read) return;
  box.read = read;
  const unread = box.messages.filter(({ id, from }) => id > read && from !== me).length;
  box.unread = read >= (box.last?.id ?? 0) ? 0 : Math.min(box.unread, unread);
}

/** Takes what the api says of a chat; what events said since then stands. */
export function merge(box: ChatBox, chat: Chat, me: number): void {
  const { last, read, peerRead, unread } = box;
  const base = chat.last?.id ?? 0;
  const since = box.messages.filter(({ id, from }) => id > base && id > chat.read && from !== me);
  Object.assign(box, chat);
  if (chat.remark === undefined) delete box.remark;
  box.peerRead = Math.max(peerRead, chat.peerRead);
  box.read = Math.max(read, chat.read);
  if (last && last.id > base) {
    box.last = last;
    // Not when the chat was opened, which the api says as long as no message is recorded.
    box.updated = last.date;
  }
  // What was read here and is not recorded yet counts as read.
  if (read > chat.read) box.unread = unread;
  else {
    box.unread = chat.unread + since.length;
    box.counted = Math.max(box.counted, base);
  }
}

/** Its owner deleted the chat up to a message. Marks stay, as they do at the server. */
export function clear(box: ChatBox, upTo: number, me: number): void {
  box.cleared = upTo;
  box.messages = box.messages.filter(({ id }) => id > upTo);
  box.last = box.messages.at(-1) ?? null;
  box.unread = box.messages.filter(({ id, from }) => id > box.read && from !== me).length;
  box.more = false;
}

/** Adds or takes back a user's reaction. */
export function reactions(
  before: Message['reactions'],
  emoji: string,
  user: number,
  active: boolean,
): NonNullable<Message['reactions']> {
  const all = before?.some((each) => each.emoji === emoji) ? before : [...(before ?? []), { emoji, users: [] }];
  return all
    .map((each) => {
      if (each.emoji !== emoji) return each;
      const users = each.users.filter((id) => id !== user);
      return { emoji, users: active ? [...users, user] : users };
    })
    .filter(({ users }) => users.length > 0);
}
