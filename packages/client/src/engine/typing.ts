import type { ClientFrame } from '@parley/protocol';

/** Ms between two frames that say the same. */
const REPEAT = 3000;

/** Ms without another key after which the user counts as no longer typing. */
const IDLE = 5000;

/** Says that the user is typing: as often as the app likes, told now and then. */
export class Typing {
  readonly #send: (frame: ClientFrame) => void;
  readonly #chats = new Map<number, { told: number; idle: ReturnType<typeof setTimeout> }>();

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  set(chat: number, active: boolean): void {
    const before = this.#chats.get(chat);
    clearTimeout(before?.idle);
    if (!active) {
      if (this.#chats.delete(chat)) this.#send({ type: 'typing', chat, active });
      return;
    }
    const now = Date.now();
    const due = now - (before?.told ?? 0) >= REPEAT;
    const idle = setTimeout(() => this.set(chat, false), IDLE);
    this.#chats.set(chat, { told: due ? now : (before?.told ?? 0), idle });
    if (due) this.#send({ type: 'typing', chat, active });
  }

  /** Says nothing more: the message was sent, or there is nobody to tell. */
  forget(chat?: number): void {
    for (const [each, { idle }] of this.#chats) {
      if (chat !== undefined && each !== chat) continue;
      clearTimeout(idle);
      this.#chats.delete(each);
    }
  }
}
