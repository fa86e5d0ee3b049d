import type { BriefUser } from '@parley/protocol';
import type { Accepted, Mark, Outgoing, Status, StorageStatus } from './change.ts';
import { type ChatState, emptyChat } from './chat-state.ts';
import { RecentChanges } from './recent-changes.ts';

/**
 * The client's state: its user's chats, messages and outbox. Each tab has a copy; `applyChange` is
 * deterministic, so copies that apply the same changes stay equal.
 */
export interface State {
  readonly user: number;
  /** Number of messages kept per chat. */
  readonly keep: number;
  /** Cursor of the last event. Null before the first one. */
  cursor: string | null;
  /** True when the chat list was read from the api after the last loss of events. */
  chatsLoaded: boolean;
  /**
   * True if what was read from the api lacks messages that were accepted but not recorded. It must
   * be read again.
   */
  unrecorded: boolean;
  readonly chats: Map<number, ChatState>;
  readonly recentChanges: RecentChanges;
  /** Users whose names were read from the api, such as senders of messages, by id. */
  readonly people: Map<number, BriefUser>;
  outbox: Outgoing[];
  /** Marks that the server has not acknowledged, by chat. */
  readonly marks: Map<number, Mark>;
  status: Status;
  storage: StorageStatus;
  /** Keys whose values differ from the store. `takeUnsaved` reads them. */
  readonly dirty: Set<string>;
  /** Called when a message leaves the outbox. `accepted` is undefined if it was discarded. */
  onLeftOutbox(ref: string, accepted: Accepted | undefined): void;
}

/** Creates an empty state. */
export function createState(user: number, keep: number): State {
  return {
    user,
    keep,
    cursor: null,
    chatsLoaded: false,
    unrecorded: false,
    chats: new Map(),
    recentChanges: new RecentChanges(),
    people: new Map(),
    outbox: [],
    marks: new Map(),
    status: { state: 'off' },
    storage: { state: 'kept' },
    dirty: new Set(),
    onLeftOutbox: () => {},
  };
}

/** Returns the state of a chat and marks it as changed. Creates it if it does not exist. */
export function changeChat({ chats, dirty, keep }: State, id: number): ChatState {
  const chat = chats.get(id) ?? emptyChat(id, keep);
  chats.set(id, chat);
  dirty.add(`chat:${id}`);
  return chat;
}

/**
 * Returns by how many events `cursor` is ahead of the state. 0 or less: the event was already
 * applied. NaN: the epochs differ.
 */
export function eventsAhead({ cursor: current }: State, cursor: string): number {
  const [epoch, offset] = cursor.split('-');
  const [currentEpoch, last] = (current ?? '').split('-');
  return epoch === currentEpoch ? Number(offset) - Number(last) : Number.NaN;
}
