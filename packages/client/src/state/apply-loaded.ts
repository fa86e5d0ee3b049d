import type { BriefUser } from '@parley/protocol';
import type { Change } from './change.ts';
import { clearChat, insertMessages, mergeChat, mergeLoaded } from './chat-state.ts';
import { removeEntry } from './outbox-entries.ts';
import { changeChat, type State } from './state.ts';

/**
 * Applies a list of chats from the api. If the list is `complete`, also removes the chats that it
 * does not contain.
 */
export function applyChats(
  state: State,
  { chats, complete, unrecorded, users }: Extract<Change, { type: 'chats' }>,
): void {
  if (complete) {
    state.chatsLoaded = true;
    state.unrecorded = unrecorded === true;
    state.dirty.add('chatsLoaded').add('unrecorded');
    const listed = new Set(chats.map(({ chat }) => chat));
    // Keeps chats with messages, because they might have been created after the api read the list.
    for (const { chat, messages, cleared } of state.chats.values())
      if (!listed.has(chat) && messages.length === 0) deleteChat(state, chat, cleared);
  }
  addPeople(state, users);
  for (const loaded of chats) {
    const chat = changeChat(state, loaded.chat);
    if (loaded.last && loaded.last.id <= chat.cleared) continue;
    mergeChat(chat, loaded, state.user);
    if (chat.messages.length === 0 && loaded.last) chat.messages = [loaded.last];
  }
}

/**
 * Applies a page of messages from the api. The user's own messages in the page leave the outbox.
 */
export function applyMessages(state: State, change: Extract<Change, { type: 'messages' }>): void {
  const { messages, more, newest, unrecorded, users } = change;
  addPeople(state, users);
  if (unrecorded) {
    state.unrecorded = true;
    state.dirty.add('unrecorded');
  }
  const chat = changeChat(state, change.chat);
  // Drops messages in memory before the newest page, because others might be missing between them
  // and the page.
  if (newest && more) chat.messages = chat.messages.filter(({ id }) => id >= (messages[0]?.id ?? 0));
  const [oldest] = chat.messages;
  for (const message of messages) if (message.ref) removeEntry(state, message.ref, message);
  if (!oldest || (messages[0]?.id ?? 0) <= oldest.id) chat.more = more;
  // If the page might lack recent changes, the messages in memory are newer and win.
  insertMessages(chat, messages, unrecorded ? (same) => same : mergeLoaded);
  chat.capacity = Math.max(chat.capacity, chat.messages.length);
}

/** Adds users to the state, or replaces their names and avatars. */
export function addPeople({ people, dirty }: State, users: readonly BriefUser[] = []): void {
  for (const { id, name, avatar, custom } of users) people.set(id, { id, name, avatar, ...(custom && { custom }) });
  if (users.length > 0) dirty.add('people');
}

/**
 * Removes the messages of a chat up to an id. A chat without messages disappears from the chat
 * list.
 */
export function deleteChat(state: State, id: number, upTo: number): void {
  const chat = changeChat(state, id);
  clearChat(chat, upTo, state.user);
  // Clears the name, because `showChats` lists only chats that have a name.
  if (!chat.last) chat.name = '';
}
