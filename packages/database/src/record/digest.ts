import type { ChangeEntry, Entry, HideEntry, MessageEntry, PinEntry } from './entry.ts';

/**
 * Merges the entries of a batch into one change per row, so that each chat, group and group member
 * is written once. Applies messages before marks. The order of entries does not change the result,
 * because marks only advance, and the counters depend only on messages and marks.
 *
 * @param inserted if some rows might exist already: the keys ({@link copyKey}) of the message rows
 * that this batch inserted. Counts only these, and removes each counted key from the set. Default:
 * counts all messages
 */
export function digest(entries: readonly Entry[], inserted?: Set<string>): Digest {
  const result: Digest = { messages: [], changes: [], pins: [], hides: [], chats: [], groups: [] };
  const chats = new Map<string, Pair>();
  const groups = new Map<number, GroupDelta>();
  for (const entry of entries) {
    if (entry.group) addToGroup(groupOf(groups, entry), entry, inserted);
    else addToPair(pairOf(chats, entry), entry, inserted);
    if (entry.kind === 'message') result.messages.push(entry);
    else if (entry.kind === 'pin') result.pins.push(entry);
    else if (entry.kind === 'hide') result.hides.push(entry);
    else if (entry.kind !== 'mark') result.changes.push(entry);
  }
  result.chats = sorted([...chats.values()]);
  // Sorts in ascending order of ids. Recorders and the api lock rows in this order, which avoids
  // deadlocks.
  result.groups = [...groups.values()].sort((a, b) => a.group - b.group);
  return result;
}

/** Returns a key that identifies a row of the table `messages`. */
export function copyKey(owner: number, peer: number, id: number): string {
  return `${owner}:${peer}:${id}`;
}

function addToPair({ mine, theirs }: Pair, entry: Entry, inserted?: Set<string>): void {
  const own = entry.kind === 'message' ? entry.from : entry.user;
  const [actor, other] = own === mine.owner ? [mine, theirs] : [theirs, mine];
  if (entry.kind === 'message') {
    addMessage(actor, entry, inserted);
    if (other !== actor) addMessage(other, entry, inserted);
  } else if (entry.kind === 'mark') {
    actor.read = Math.max(actor.read, entry.read);
    actor.delivered = Math.max(actor.delivered, entry.delivered);
    if (!entry.private) other.peerRead = Math.max(other.peerRead, entry.read);
    other.peerDelivered = Math.max(other.peerDelivered, entry.delivered);
  }
}

function addMessage(chat: ChatDelta, message: MessageEntry, inserted?: Set<string>): void {
  if (inserted && !inserted.delete(copyKey(chat.owner, chat.peer, message.id))) return;
  if (!chat.last || message.id > chat.last.id) chat.last = message;
  if (message.from !== chat.owner) chat.received.push(message.id);
}

function addToGroup(group: GroupDelta, entry: Entry, inserted?: Set<string>): void {
  if (entry.kind === 'message') {
    if (!inserted || inserted.delete(copyKey(entry.to, entry.to, entry.id))) group.messages.push(entry);
  } else if (entry.kind === 'mark') {
    const marks = group.marks.get(entry.user) ?? { read: 0, delivered: 0 };
    group.marks.set(entry.user, {
      read: Math.max(marks.read, entry.read),
      delivered: Math.max(marks.delivered, entry.delivered),
    });
  }
}

function pairOf(chats: Map<string, Pair>, entry: Entry): Pair {
  const found = chats.get(entry.conversation);
  if (found) return found;
  const [a, b] = entry.kind === 'message' ? [entry.from, entry.to] : [entry.user, entry.chat];
  const mine = chatDelta(a, b);
  const pair = { mine, theirs: a === b ? mine : chatDelta(b, a) };
  chats.set(entry.conversation, pair);
  return pair;
}

function groupOf(groups: Map<number, GroupDelta>, entry: Entry): GroupDelta {
  const id = entry.kind === 'message' ? entry.to : entry.chat;
  const group = groups.get(id) ?? { group: id, messages: [], marks: new Map() };
  groups.set(id, group);
  return group;
}

function chatDelta(owner: number, peer: number): ChatDelta {
  return { owner, peer, received: [], last: undefined, read: 0, delivered: 0, peerRead: 0, peerDelivered: 0 };
}

function sorted(pairs: Pair[]): ChatDelta[] {
  const chats = pairs.flatMap(({ mine, theirs }) => (mine === theirs ? [mine] : [mine, theirs]));
  return chats.sort((a, b) => a.owner - b.owner || a.peer - b.peer);
}

export interface Digest {
  messages: MessageEntry[];
  changes: ChangeEntry[];
  pins: PinEntry[];
  hides: HideEntry[];
  /** Changes to the chats between users, ascending by owner and peer. */
  chats: ChatDelta[];
  /** Ascending by id. */
  groups: GroupDelta[];
}

/** The changes that a batch makes to one owner's chat with another user. */
export interface ChatDelta {
  owner: number;
  peer: number;
  /** Ids of the messages that the peer sent. */
  received: number[];
  /** The newest message. */
  last: MessageEntry | undefined;
  /**
   * New read and delivered marks of the owner and the peer: ids of messages. 0 for a mark that does
   * not change.
   */
  read: number;
  delivered: number;
  peerRead: number;
  peerDelivered: number;
}

/** The changes that a batch makes to a group. */
export interface GroupDelta {
  group: number;
  messages: MessageEntry[];
  marks: Map<number, { read: number; delivered: number }>;
}

/**
 * The chats of both users of a conversation. For a user's chat with themself, both are the same
 * object.
 */
interface Pair {
  mine: ChatDelta;
  theirs: ChatDelta;
}
