import { Alarm } from '../alarm.ts';
import type { Context } from './part.ts';

/** Ms between two frames that say the same. */
const REPEAT = 3000;

/** Ms without another key after which the user counts as no longer typing. */
const IDLE = 5000;

/** Says that the user is typing: as often as the app likes, told now and then. A user types in one chat at a time. */
export class Typing {
  readonly #send: Context['send'];
  readonly #idle = new Alarm();
  #chat: number | undefined;
  #told = 0;

  constructor({ send }: Pick<Context, 'send'>) {
    this.#send = send;
  }

  set(chat: number, active: boolean): void {
    if (this.#chat !== undefined && (this.#chat !== chat || !active)) {
      this.#send({ type: 'typing', chat: this.#chat, active: false });
      this.stop();
    }
    if (!active) return;
    this.#idle.set(IDLE, () => this.set(chat, false));
    this.#chat = chat;
    if (Date.now() - this.#told < REPEAT) return;
    this.#told = Date.now();
    this.#send({ type: 'typing', chat, active });
  }

  /** Says nothing more: there is nobody to tell, or a message that tells. */
  stop(): void {
    this.#idle.clear();
    this.#chat = undefined;
    this.#told = 0;
  }
}
