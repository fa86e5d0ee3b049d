import type { BriefUser } from '@parley/protocol';
import type { Accepted, Mark, Outgoing, Status, StorageStatus } from './change.ts';
import { type ChatState, emptyChat } from './chat-state.ts';
import { RecentChanges } from './recent-changes.ts';

/**
 * The client's state: the chats, messages and outbox of its user. Each tab has a copy.
 * `applyChange` is deterministic, so copies that apply the same changes stay equal.
 */
export interface State {
  readonly user: number;
  /** Number of messages to keep in memory per chat. */
  readonly keep: number;
  /** Cursor of the last event that was applied. Null before the first one. */
  cursor: string | null;
  /** True if the chat list was read from the api after the last loss of events. */
  chatsLoaded: boolean;
  /**
   * True if the api did not have all accepted messages when it was read, because they were not in
   * PostgreSQL yet. The client must then read them again.
   */
  unrecorded: boolean;
  readonly chats: Map<number, ChatState>;
  readonly recentChanges: RecentChanges;
  /** Users whose names were read from the api, by id. */
  readonly people: Map<number, BriefUser>;
  outbox: Outgoing[];
  /** Marks (delivered and read message ids) that the server has not acknowledged, by chat. */
  readonly marks: Map<number, Mark>;
  status: Status;
  storage: StorageStatus;
  /** Keys of the values that differ from the store. `takeUnsaved` reads them. */
  readonly dirty: Set<string>;
  /**
   * Called when a message leaves the outbox. `accepted` is undefined if the message was discarded.
   */
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

/**
 * Returns the state of a chat that is about to change, and marks it as unsaved. Creates the state
 * if it does not exist.
 */
export function changeChat({ chats, dirty, keep }: State, id: number): ChatState {
  const chat = chats.get(id) ?? emptyChat(id, keep);
  chats.set(id, chat);
  dirty.add(`chat:${id}`);
  return chat;
}

/**
 * Returns how many events `cursor` is ahead of the state. 0 or less: the event was already applied.
 * NaN: the epochs differ.
 */
export function eventsAhead({ cursor: current }: State, cursor: string): number {
  const [epoch, offset] = cursor.split('-');
  const [currentEpoch, last] = (current ?? '').split('-');
  return epoch === currentEpoch ? Number(offset) - Number(last) : Number.NaN;
}
