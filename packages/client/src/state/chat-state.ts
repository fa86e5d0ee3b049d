import type { Chat, Message } from '@parley/protocol';

/**
 * A chat in the client's state: the api's `Chat` with the changes of later events, and the newest
 * messages.
 */
export interface ChatState extends Omit<Chat, 'last'> {
  last: HeldMessage | null;
  /** Id of the last message that the peer has received. */
  peerDelivered: number;
  /** Id of the last message that this user has received. */
  delivered: number;
  /**
   * Id of the last message that `unread` includes. The server can acknowledge the user's message
   * before earlier messages of other users arrive. The id then stays below the user's message, so
   * that those earlier messages still count.
   */
  counted: number;
  /**
   * Id of the last message that the user deleted with the chat. The client ignores messages up to
   * this id when it applies older pages from the api.
   */
  cleared: number;
  /** Messages in memory, by ascending id, without gaps. */
  messages: HeldMessage[];
  /** True if the api has messages that are older than those in memory. */
  more: boolean;
  /** Maximum number of messages in memory. Grows when the app loads older messages. */
  capacity: number;
}

/** A message in the client's state. */
export interface HeldMessage extends Message {
  /**
   * True while the text of the message grows, false when it is complete. Undefined if not known.
   */
  streaming?: boolean | undefined;
  /** Index of the last append that the text contains. Undefined if not known. */
  index?: number | undefined;
  /**
   * True if the content is what the server stored at the end of the stream. Undefined if the stream
   * is open, or if the client knows only the text that arrived before the stream disappeared.
   */
  final?: true | undefined;
}

/**
 * Returns whether a message is a notice, which is a message of the server about a change of a
 * group. Notices are never counted as unread.
 */
export function isNotice({ body }: Pick<Message, 'body'>): boolean {
  return body?.type === 'notice';
}

/** Creates the state of a chat when only its id is known. */
export function emptyChat(chat: number, capacity: number): ChatState {
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
    archived: false,
    updated: 0,
    peerDelivered: 0,
    delivered: 0,
    counted: 0,
    cleared: 0,
    messages: [],
    more: true,
    capacity,
  };
}

/** Inserts a message that has arrived, and evicts the oldest messages beyond `capacity`. */
export function insertMessage(chat: ChatState, message: HeldMessage): void {
  if (message.conversation.startsWith('g')) chat.type = 'group';
  insertMessages(chat, [message]);
  trimMessages(chat);
}

/**
 * Inserts messages in the order of their ids. If a message is already in memory, `merge` returns
 * the message to keep. Default: all fields of both, the new ones win.
 */
export function insertMessages(
  chat: ChatState,
  messages: readonly HeldMessage[],
  merge = (same: HeldMessage, message: HeldMessage): HeldMessage => ({ ...same, ...message }),
): void {
  for (const message of messages) {
    if (message.id <= chat.cleared) continue;
    const index = chat.messages.findLastIndex(({ id }) => id <= message.id);
    const same = chat.messages[index];
    if (same?.id === message.id) chat.messages[index] = merge(same, message);
    else chat.messages.splice(index + 1, 0, message);
  }
  const newest = chat.messages.at(-1);
  if (newest && newest.id >= (chat.last?.id ?? 0)) {
    chat.last = newest;
    chat.updated = Math.max(chat.updated, newest.date);
  }
}

/**
 * Fields that a message has only after a change. They are removed unless a newer copy contains
 * them.
 */
const unchanged = {
  pinned: undefined,
  reactions: undefined,
  edited: undefined,
  recalled: undefined,
  custom: undefined,
};

/**
 * Merges a message in memory with its copy in a later response of the api. Keeps the text of a
 * streamed message, because the api has the whole text only after the stream has ended.
 */
export function mergeLoaded(same: HeldMessage, loaded: HeldMessage): HeldMessage {
  const { body, custom } = same;
  const isLate = same.streaming !== undefined && !loaded.edited && !loaded.recalled;
  return { ...same, ...unchanged, ...loaded, ...(isLate && { body, custom }) };
}

/** Evicts the oldest messages beyond the chat's capacity. */
export function trimMessages(chat: ChatState): void {
  const { messages, capacity } = chat;
  if (messages.length <= capacity) return;
  chat.messages = messages.slice(messages.length - capacity);
  chat.more = true;
}

/** Returns a message of a chat. Undefined if the message is not in memory. */
export function findHeld({ messages, last }: ChatState, id: number): HeldMessage | undefined {
  const message = messages.find((each) => each.id === id) ?? last;
  return message?.id === id ? message : undefined;
}

/** Updates fields of a message. No-op if the message is not in memory. */
export function updateMessage(
  chat: ChatState,
  id: number,
  update: (message: HeldMessage) => Partial<HeldMessage>,
): void {
  const index = chat.messages.findIndex((message) => message.id === id);
  const message = chat.messages[index] ?? chat.last;
  if (message?.id !== id) return;
  const updated = { ...message, ...update(message) };
  if (index >= 0) chat.messages[index] = updated;
  if (chat.last?.id === id) chat.last = updated;
}

/** Moves the user's read mark forward and counts the unread messages again. */
export function markRead(chat: ChatState, read: number, me: number): void {
  if (read <= chat.read) return;
  chat.read = read;
  setMention(chat, chat.mention ?? 0, read);
  chat.unread = read >= (chat.last?.id ?? 0) ? 0 : Math.min(chat.unread, countUnread(chat, me));
}

/**
 * Sets the id of the newest message that mentions the user. If it is not above the read id `seen`,
 * removes the mention.
 */
export function setMention(chat: ChatState, mention: number, seen: number): void {
  if (mention > seen) chat.mention = mention;
  else delete chat.mention;
}

/**
 * Merges a chat from the api into the state. Events that arrived after the api read the chat win.
 */
export function mergeChat(chat: ChatState, loaded: Chat, me: number): void {
  const { last, read, peerRead, unread, mention = 0 } = chat;
  const base = loaded.last?.id ?? 0;
  const since = chat.messages.filter((message) => message.id > base && isUnread(message, loaded.read, me));
  Object.assign(chat, loaded);
  for (const key of ['remark', 'custom', 'draft', 'mentionsOnly'] as const)
    if (loaded[key] === undefined) delete chat[key];
  setMention(chat, Math.max(loaded.mention ?? 0, mention > base ? mention : 0), Math.max(read, loaded.read));
  chat.peerRead = Math.max(peerRead, loaded.peerRead);
  chat.read = Math.max(read, loaded.read);
  if (last && last.id > base) {
    chat.last = last;
    // Uses the date of the last message, because the api returns the date on which the chat was
    // opened until a message is in PostgreSQL.
    chat.updated = last.date;
  }
  // Keeps the local count if the user has read further than the api knows yet.
  if (read > loaded.read) chat.unread = unread;
  else {
    chat.unread = loaded.unread + since.length;
    chat.counted = Math.max(chat.counted, base);
  }
}

/**
 * Removes messages up to an id, because the user has deleted the chat. Keeps the read marks, as the
 * server does.
 */
export function clearChat(chat: ChatState, upTo: number, me: number): void {
  chat.cleared = upTo;
  chat.messages = chat.messages.filter(({ id }) => id > upTo);
  chat.last = chat.messages.at(-1) ?? null;
  chat.unread = countUnread(chat, me);
  setMention(chat, chat.mention ?? 0, upTo);
  chat.more = false;
}

/**
 * Removes messages that the user has deleted from their own copy. If no message is left in memory,
 * the client must read the last message from the api.
 */
export function hideMessages(chat: ChatState, ids: readonly number[], me: number): void {
  const hidden = new Set(ids);
  const held = chat.last ? [...chat.messages.filter(({ id }) => id !== chat.last?.id), chat.last] : chat.messages;
  const unread = held.filter((message) => hidden.has(message.id) && isUnread(message, chat.read, me)).length;
  chat.messages = chat.messages.filter(({ id }) => !hidden.has(id));
  chat.unread = Math.max(0, chat.unread - unread);
  if (hidden.has(chat.last?.id ?? 0)) chat.last = chat.messages.at(-1) ?? null;
  if (hidden.has(chat.mention ?? 0)) delete chat.mention;
}

/** Returns the reactions of a message after a user has added or removed one. */
export function toggleReaction(
  reactions: Message['reactions'] = [],
  emoji: string,
  user: number,
  active: boolean,
): NonNullable<Message['reactions']> {
  const all = reactions.some((each) => each.emoji === emoji) ? reactions : [...reactions, { emoji, users: [] }];
  return all
    .map((each) => {
      if (each.emoji !== emoji) return each;
      const users = each.users.filter((id) => id !== user);
      return { emoji, users: active ? [...users, user] : users };
    })
    .filter(({ users }) => users.length > 0);
}

function countUnread({ messages, read }: ChatState, me: number): number {
  return messages.filter((message) => isUnread(message, read, me)).length;
}

function isUnread(message: HeldMessage, read: number, me: number): boolean {
  return message.id > read && message.from !== me && !isNotice(message);
}
