import { Timer } from '../timer.ts';
import type { EngineContext } from './context.ts';

/** Minimum ms between two equal `typing` frames. */
const INTERVAL_MS = 3000;

/** Ms after the last call of `set` until the user counts as no longer typing. */
const IDLE_MS = 5000;

/** Sends `typing` frames at a limited rate. The user types in at most one chat at a time. */
export class TypingSender {
  readonly #send: EngineContext['send'];
  readonly #idle = new Timer();
  #chat: number | undefined;
  #state: string | undefined;
  #sentAt = 0;

  constructor({ send }: Pick<EngineContext, 'send'>) {
    this.#send = send;
  }

  /**
   * Reports that the user types in a chat, or has stopped. `state` names another activity, such as
   * `recording`.
   */
  set(chat: number, active: boolean, state?: string): void {
    if (this.#chat !== undefined && (this.#chat !== chat || !active)) {
      this.#send({ type: 'typing', chat: this.#chat, active: false });
      this.stop();
    }
    if (!active) return;
    this.#idle.restart(IDLE_MS, () => this.set(chat, false));
    this.#chat = chat;
    if (state === this.#state && Date.now() - this.#sentAt < INTERVAL_MS) return;
    this.#state = state;
    this.#sentAt = Date.now();
    this.#send({ type: 'typing', chat, active, ...(state !== undefined && { state }) });
  }

  /**
   * Stops without sending a frame. Called when the connection is closed, or when a message was
   * sent, which already ends the typing.
   */
  stop(): void {
    this.#idle.clear();
    this.#chat = undefined;
    this.#state = undefined;
    this.#sentAt = 0;
  }
}
