import type { EventOf, MessageEvent, ParleyEvent } from '@parley/protocol';
import { deleteChat } from './apply-loaded.ts';
import { applyMark } from './apply-marks.ts';
import { hideMessages, insertMessage, isNotice, setMention, toggleReaction, updateMessage } from './chat-state.ts';
import { removeEntry } from './outbox-entries.ts';
import { changeChat, type State } from './state.ts';

/** Applies an event of the inbox to the state. Ignores events that do not concern chats. */
export function applyEvent(state: State, event: ParleyEvent): void {
  switch (event.kind) {
    case 'message':
      return applyMessage(state, event);
    case 'mark':
      return applyMarkEvent(state, event);
    case 'recall':
    case 'edit':
    case 'react':
    case 'pin':
      if (state.chats.has(event.chat)) applyMutation(state, event);
      return;
    case 'hide':
      if (state.chats.has(event.chat)) hideMessages(changeChat(state, event.chat), event.ids, state.user);
      return;
    case 'chat':
      if (event.change === 'deleted' && event.upTo) deleteChat(state, event.chat, event.upTo);
  }
}

/**
 * Returns the chat id of a message from the point of view of the user `me`: the id of the peer or
 * group.
 */
export function chatOf(
  { conversation, from, to }: Pick<MessageEvent, 'conversation' | 'from' | 'to'>,
  me: number,
): number {
  return from === me || conversation.startsWith('g') ? to : from;
}

function applyMessage(state: State, { kind: _, ...message }: MessageEvent): void {
  const { id, from, ref } = message;
  const own = from === state.user;
  if (own && ref !== undefined) removeEntry(state, ref, message);
  const chat = changeChat(state, chatOf(message, state.user));
  // A new message moves the chat out of the archive, unless the chat is muted.
  if (!chat.muted) chat.archived = false;
  insertMessage(chat, message.streaming ? { ...message, index: 0 } : message);
  if (!own && !isNotice(message) && id > Math.max(chat.counted, chat.read)) chat.unread += 1;
  if (!own && chat.type === 'group' && message.mentions?.includes(state.user)) setMention(chat, id, chat.read);
  chat.counted = Math.max(chat.counted, id);
}

function applyMarkEvent(state: State, { chat: id, user, delivered = 0, read = 0 }: EventOf<'mark'>): void {
  if (user === state.user)
    return applyMark(state, { type: 'marked', chat: id, mark: { delivered, read }, settled: true });
  const chat = changeChat(state, id);
  chat.peerDelivered = Math.max(chat.peerDelivered, delivered, read);
  chat.peerRead = Math.max(chat.peerRead, read);
}

function applyMutation(state: State, event: EventOf<'recall' | 'edit' | 'react' | 'pin'>): void {
  updateMessage(changeChat(state, event.chat), event.id, ({ reactions }) => {
    const complete = { streaming: false };
    if (event.kind === 'recall')
      return { ...complete, body: null, custom: undefined, pinned: undefined, recalled: Date.now() };
    if (event.kind === 'edit') {
      const { body, custom } = event;
      return { ...complete, body, custom, ...(event.streaming === false ? { final: true } : { edited: Date.now() }) };
    }
    if (event.kind === 'pin') return { pinned: event.active ? { user: event.user, date: event.date } : undefined };
    return { reactions: toggleReaction(reactions, event.emoji, event.user, event.active) };
  });
}
