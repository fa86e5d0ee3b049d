import { applyEvent } from './apply-event.ts';
import { addPeople, applyChats, applyMessages } from './apply-loaded.ts';
import { applyMark } from './apply-marks.ts';
import { applyText, completeStream } from './apply-text.ts';
import type { Change } from './change.ts';
import { acceptEntry, failEntry, queueEntry, removeEntry } from './outbox-entries.ts';
import type { MessageChange } from './recent-changes.ts';
import { changeChat, eventsAhead, type State } from './state.ts';

/**
 * Applies a change to the state. Returns false if it changes nothing, such as an event that was
 * already applied.
 */
export function applyChange(state: State, change: Change): boolean {
  switch (change.type) {
    case 'event':
      if (eventsAhead(state, change.cursor) <= 0) return false;
      setCursor(state, change.cursor);
      applyEvent(state, change.event);
      state.recentChanges.add(change.cursor, change.event);
      return true;
    case 'moved':
      setCursor(state, change.cursor);
      if (change.lost) forgetMessages(state);
      return true;
    case 'queued':
      return queueEntry(state, change.entry);
    case 'failed':
      return failEntry(state, change.ref, change.error);
    case 'accepted':
      return acceptEntry(state, change);
    case 'discarded':
      return removeEntry(state, change.ref) !== undefined;
    case 'marked':
      applyMark(state, change);
      return true;
    case 'chats':
      applyChats(state, change);
      for (const event of changesSince(state, change)) applyEvent(state, event);
      return true;
    case 'messages':
      applyPage(state, change);
      return true;
    case 'people':
      addPeople(state, change.users);
      return true;
    case 'status':
      state.status = change.status;
      return true;
    case 'storage':
      state.storage = change.storage;
      return true;
    case 'streamed':
      return completeStream(state, change.chat, change.id);
    case 'frame':
      return change.frame.type === 'stream' ? applyText(state, change.frame) : true;
  }
}

/**
 * Applies a page of messages from the api, and then the changes that arrived after the page was
 * requested.
 */
function applyPage(state: State, page: Extract<Change, { type: 'messages' }>): void {
  const changes = changesSince(state, page).filter(({ chat }) => chat === page.chat);
  const hidden = new Set(changes.flatMap((event) => (event.kind === 'hide' ? event.ids : [])));
  applyMessages(state, { ...page, messages: page.messages.filter(({ id }) => !hidden.has(id)) });
  for (const event of changes) if (event.kind !== 'hide') applyEvent(state, event);
}

/** Returns the changes of messages that arrived after a response of the api was requested. */
function changesSince(state: State, { since }: { since?: string | null }): MessageChange[] {
  if (since === undefined) return [];
  const changes = state.recentChanges.after(since);
  if (changes) return changes;
  // Requests another reload, because some of the changes are no longer kept.
  state.unrecorded = true;
  return [];
}

function setCursor(state: State, cursor: string | null): void {
  state.cursor = cursor;
  state.dirty.add('cursor');
}

/**
 * Drops all messages and marks every chat as incomplete after events were lost. Messages and chats
 * might be missing until they are read from the api again.
 */
function forgetMessages(state: State): void {
  state.chatsLoaded = false;
  state.dirty.add('chatsLoaded');
  for (const id of state.chats.keys()) Object.assign(changeChat(state, id), { messages: [], more: true });
}
