import type { MessageEvent, ParleyEvent } from '@parley/protocol';
import { alter, reactions } from './chat-box.ts';
import type { State } from './state.ts';

/** Does to the state what an event says. Those that are not about chats leave it as it is. */
export function applyEvent(state: State, event: ParleyEvent): void {
  switch (event.kind) {
    case 'message':
      return takeMessage(state, event);
    case 'mark':
      return takeMark(state, event);
    case 'recall':
    case 'edit':
    case 'react': {
      const box = state.boxes.get(event.chat);
      if (!box) return;
      alter(box, event.id, (message) => {
        if (event.kind === 'recall') return { body: null, recalled: Date.now() };
        if (event.kind === 'edit') return { body: event.body, edited: Date.now() };
        return { reactions: reactions(message.reactions, event.emoji, event.user, event.active) };
      });
      return state.touch(box);
    }
    case 'chat':
      if (event.change === 'deleted' && event.upTo) state.clear(event.chat, event.upTo);
  }
}

/** The chat that a message belongs to, as this user names it. */
export function chatOf(
  { conversation, from, to }: Pick<MessageEvent, 'conversation' | 'from' | 'to'>,
  me: number,
): number {
  return from === me || conversation.startsWith('g') ? to : from;
}

function takeMessage(state: State, message: MessageEvent): void {
  if (message.from === state.user && message.ref !== undefined) state.strike(message.ref, message);
  const chat = chatOf(message, state.user);
  const box = state.add(chat, message);
  if (message.id > Math.max(box.counted, box.read) && message.from !== state.user) box.unread += 1;
  box.counted = Math.max(box.counted, message.id);
}

function takeMark(state: State, { chat, user, delivered = 0, read = 0 }: Extract<ParleyEvent, { kind: 'mark' }>): void {
  const box = state.box(chat);
  if (user === state.user) {
    state.apply({ type: 'marked', chat, mark: { delivered, read }, settled: true });
  } else {
    box.peerDelivered = Math.max(box.peerDelivered, delivered, read);
    box.peerRead = Math.max(box.peerRead, read);
  }
  state.touch(box);
}
