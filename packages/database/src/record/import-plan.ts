import { groupConversation, importedIds, userConversation } from '@parley/protocol';
import type { ImportedMessage } from './imported.ts';

/**
 * Chooses the ids of imported messages: the first free id of the message's date, so that messages
 * with the same date keep their order. Reads which imported messages are in the database already,
 * and detects messages that are imported a second time.
 */
export class ImportPlan {
  readonly #chats = new Map<string, ChatPlan>();

  constructor(messages: readonly ImportedMessage[]) {
    for (const message of messages) {
      const chat = this.#chatOf(message);
      chat.dates.add(message.date);
      if (message.replyTo) chat.dates.add(message.replyTo.date);
    }
  }

  /** Returns the ranges of message ids that the caller must read, for each copy of each chat. */
  windows(): Window[] {
    return [...this.#chats.values()].flatMap(({ copies, dates }) => {
      const ranges = merge([...dates].map(importedIds));
      return copies.flatMap(({ owner, peer }) => ranges.map((range) => ({ owner, peer, ...range })));
    });
  }

  /** Adds the message rows that the caller has read in the ranges of `windows`. */
  add(rows: readonly TakenRow[]): void {
    for (const { owner, peer, id, sender, ref } of rows) {
      const group = owner === peer && !this.#chats.has(userConversation(owner, peer));
      const chat = this.#chats.get(group ? groupConversation(owner) : userConversation(owner, peer));
      if (!chat) continue;
      const known = chat.taken.get(id);
      chat.taken.set(id, { sender, ref: ref ?? known?.ref ?? null });
    }
    for (const chat of this.#chats.values()) {
      for (const [id, { sender, ref }] of chat.taken) {
        if (ref === null) chat.bare.set(sender, [...(chat.bare.get(sender) ?? []), id]);
        else addRef(chat, ref, { sender, id });
      }
    }
  }

  /** Chooses the id of a message. Returns undefined if all ids of its date are in use. */
  choose(message: ImportedMessage): number | 'duplicate' | undefined {
    const chat = this.#chatOf(message);
    const { first, last } = importedIds(message.date);
    const isNear = (id: number) => id >= first && id <= last;
    const known = chat.refs.get(message.ref)?.some(({ sender, id }) => sender === message.from && isNear(id));
    if (known) return 'duplicate';
    // The sender deleted their own copy, and only that copy has the ref. Compares the sender and
    // the date instead.
    const bare = chat.bare.get(message.from) ?? [];
    const index = bare.findIndex(isNear);
    if (index >= 0) {
      bare.splice(index, 1);
      return 'duplicate';
    }
    let id = chat.next.get(first) ?? first;
    while (chat.taken.has(id)) id += 1;
    if (id > last) return undefined;
    chat.next.set(first, id + 1);
    chat.taken.set(id, { sender: message.from, ref: message.ref });
    addRef(chat, message.ref, { sender: message.from, id });
    return id;
  }

  /**
   * Returns the id of another imported message of the same chat. Undefined if that message was not
   * imported.
   */
  find(message: ImportedMessage, { ref, date }: { ref: string; date: number }): number | undefined {
    const { first, last } = importedIds(date);
    const { refs } = this.#chatOf(message);
    return refs.get(ref)?.find(({ id }) => id >= first && id <= last)?.id;
  }

  #chatOf({ from, to, group }: ImportedMessage): ChatPlan {
    const conversation = group ? groupConversation(to) : userConversation(from, to);
    const found = this.#chats.get(conversation);
    if (found) return found;
    const copies = group
      ? [{ owner: to, peer: to }]
      : from === to
        ? [{ owner: from, peer: from }]
        : [
            { owner: from, peer: to },
            { owner: to, peer: from },
          ];
    const chat = {
      copies,
      dates: new Set<number>(),
      taken: new Map(),
      refs: new Map(),
      bare: new Map(),
      next: new Map(),
    };
    this.#chats.set(conversation, chat);
    return chat;
  }
}

function addRef({ refs }: ChatPlan, ref: string, message: { sender: number; id: number }): void {
  const found = refs.get(ref);
  if (found) found.push(message);
  else refs.set(ref, [message]);
}

/** Merges ranges that overlap or adjoin. */
function merge(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before && range.first <= before.last + 1) before.last = Math.max(before.last, range.last);
    else merged.push({ ...range });
  }
  return merged;
}

interface ChatPlan {
  copies: { owner: number; peer: number }[];
  dates: Set<number>;
  taken: Map<number, { sender: number; ref: string | null }>;
  refs: Map<string, { sender: number; id: number }[]>;
  /** Sender -> ids of the sender's messages whose ref is unknown. */
  bare: Map<number, number[]>;
  /** First id of a date -> next id to try for this date. */
  next: Map<number, number>;
}

interface Range {
  first: number;
  last: number;
}

type Window = Range & { owner: number; peer: number };

/** A row of an imported message in one copy of a chat. */
export interface TakenRow {
  owner: number;
  peer: number;
  id: number;
  sender: number;
  ref: string | null;
}
