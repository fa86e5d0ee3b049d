import type { ParleyEvent, PresenceFrame, TypingFrame } from '@parley/protocol';
import { Alarm } from './alarm.ts';
import type { SavedSession } from './api/credentials.ts';
import type { Emitter } from './emitter.ts';
import { type ChatMessage, showMessage } from './message.ts';
import { chatOf } from './state/apply-event.ts';
import type { Change, Status, StorageStatus } from './state/change.ts';
import type { State } from './state/state.ts';

/** What an app can listen to. */
export interface ParleyEvents {
  /** A message came, of others or one's own: each once and in order. */
  message: ChatMessage;
  /** Anything came that the user's devices must learn, messages included: each once and in order. */
  event: ParleyEvent;
  /** What `chats()` or `messages(chat)` answer is different; `chat` is undefined when that may be so for any. */
  change: { chat: number | undefined };
  typing: TypingFrame;
  presence: PresenceFrame;
  status: Status;
  /** Whether what is known is kept across reloads is different, or known for the first time. */
  storage: StorageStatus;
  /** Events were missed for good: what the app itself keeps is to be read again. */
  reload: undefined;
  /** There is a session, or a fresh one, to be kept by programs; undefined when it is over. */
  session: SavedSession | undefined;
  /** Something failed that no call could be told of: the store, as a rule. */
  error: unknown;
}

/** Ms after which someone who said that they type no longer counts as typing. */
const TYPING = 6000;

/** Tells the app what a change means that the state has taken. */
export class Announcer {
  readonly #emitter: Emitter<ParleyEvents>;
  readonly #typing = new Map<string, Alarm>();

  constructor(emitter: Emitter<ParleyEvents>) {
    this.#emitter = emitter;
  }

  announce(state: State, change: Change): void {
    const emitter = this.#emitter;
    if (change.type === 'status') return emitter.emit('status', change.status);
    if (change.type === 'storage') return emitter.emit('storage', change.storage);
    if (change.type === 'frame') {
      const { frame } = change;
      return frame.type === 'presence' ? emitter.emit('presence', frame) : this.#takeTyping(frame);
    }
    let chat = 'chat' in change ? change.chat : undefined;
    if (change.type === 'moved' && change.lost) emitter.emit('reload', undefined);
    if (change.type === 'event') {
      const { event } = change;
      emitter.emit('event', event);
      if (event.kind === 'message') {
        chat = chatOf(event, state.user);
        this.#stopTyping(chat, event.from);
        const { kind: _, ...message } = event;
        emitter.emit('message', showMessage(message, state.boxes.get(chat), state.user));
      } else if ('chat' in event) chat = event.chat;
    }
    emitter.emit('change', { chat });
  }

  /** Nobody is typing any more. */
  stop(): void {
    for (const alarm of this.#typing.values()) alarm.clear();
    this.#typing.clear();
  }

  #takeTyping(frame: TypingFrame): void {
    const { chat, user } = frame;
    const key = `${chat}:${user}`;
    const alarm = this.#typing.get(key) ?? new Alarm();
    alarm.clear();
    this.#typing.delete(key);
    if (frame.active) {
      this.#typing.set(key, alarm);
      alarm.set(TYPING, () => this.#stopTyping(chat, user));
    }
    this.#emitter.emit('typing', frame);
  }

  #stopTyping(chat: number, user: number): void {
    if (this.#typing.has(`${chat}:${user}`)) this.#takeTyping({ type: 'typing', chat, user, active: false });
  }
}
