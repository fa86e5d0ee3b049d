import { groupConversation, importedIds, userConversation } from '@parley/protocol';
import type { ImportedMessage } from './imported.ts';

/**
 * Chooses the ids of imported messages: the first free one of the message's date, so that messages
 * of one date keep their order. Knows the imported messages that are in the database, and
 * recognises those that are imported again.
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

  /** Returns the ranges of ids to be read, of each copy of each chat. */
  windows(): Window[] {
    return [...this.#chats.values()].flatMap(({ copies, dates }) => {
      const ranges = merge([...dates].map(importedIds));
      return copies.flatMap(({ owner, peer }) => ranges.map((range) => ({ owner, peer, ...range })));
    });
  }

  /** Adds the messages that are in these ranges. */
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

  /** Chooses the id of a message. Undefined if its date has none left. */
  choose(message: ImportedMessage): number | 'duplicate' | undefined {
    const chat = this.#chatOf(message);
    const { first, last } = importedIds(message.date);
    const isNear = (id: number) => id >= first && id <= last;
    const known = chat.refs.get(message.ref)?.some(({ sender, id }) => sender === message.from && isNear(id));
    if (known) return 'duplicate';
    // The sender deleted the own copy, which has the ref.
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

  /** Returns the id of another message of the same chat. Undefined if it is not imported. */
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

/** Merges ranges that overlap. */
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
  /** Sender to ids of messages whose ref is not known. */
  bare: Map<number, number[]>;
  /** First id of a date -> the next id to try. */
  next: Map<number, number>;
}

interface Range {
  first: number;
  last: number;
}

type Window = Range & { owner: number; peer: number };

/** An imported message in one copy of a chat. */
export interface TakenRow {
  owner: number;
  peer: number;
  id: number;
  sender: number;
  ref: string | null;
}
