import { applyEvent } from './apply-event.ts';
import { addPeople, applyChats, applyMessages } from './apply-loaded.ts';
import { applyMark } from './apply-marks.ts';
import { applyText, completeStream } from './apply-text.ts';
import type { Change } from './change.ts';
import { acceptEntry, failEntry, queueEntry, removeEntry } from './outbox-entries.ts';
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
      return true;
    case 'messages':
      applyMessages(state, change);
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

function setCursor(state: State, cursor: string | null): void {
  state.cursor = cursor;
  state.dirty.add('cursor');
}

/**
 * Drops messages and marks chats as incomplete after events were lost. Messages may have gaps and
 * chats may be missing until both are read from the api again.
 */
function forgetMessages(state: State): void {
  state.chatsLoaded = false;
  state.dirty.add('chatsLoaded');
  for (const id of state.chats.keys()) Object.assign(changeChat(state, id), { messages: [], more: true });
}
