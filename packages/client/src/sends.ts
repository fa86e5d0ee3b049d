import { ParleyError } from './error.ts';
import { type ChatMessage, showMessage } from './message.ts';
import type { Change } from './state/change.ts';
import type { State } from './state/state.ts';

/** The promises of sends, settled by what becomes of the messages. */
export class Sends {
  readonly #open = new Map<string, Open>();

  /** Resolves when the message is accepted. Nobody has to listen: what fails is shown as failed. */
  wait(ref: string): Promise<ChatMessage> {
    const promise = new Promise<ChatMessage>((resolve, reject) => this.#open.set(ref, { resolve, reject }));
    promise.catch(() => {});
    return promise;
  }

  /** A change that the state has taken. */
  settle(state: State, change: Change): void {
    if (this.#open.size === 0) return;
    if (change.type === 'failed') this.reject(change.ref, new ParleyError(change.error.code, change.error.message));
    else if (change.type === 'discarded') this.reject(change.ref, new ParleyError('aborted', 'It was discarded'));
    else if (change.type === 'event' && change.event.kind === 'message') {
      const { kind: _, ...message } = change.event;
      if (message.from === state.user)
        this.#resolve(message.ref, () => showMessage(message, state.boxes.get(message.to), state.user));
    } else this.find(state);
  }

  /** Looks for what became of each. */
  find(state: State): void {
    for (const ref of this.#open.keys()) {
      if (state.entry(ref)) continue;
      for (const box of state.boxes.values()) {
        const message =
          box.messages.findLast((each) => each.ref === ref) ?? (box.last?.ref === ref ? box.last : undefined);
        if (message) this.#resolve(ref, () => showMessage(message, box, state.user));
      }
    }
  }

  /** Nothing more will become known. */
  close(): void {
    for (const ref of this.#open.keys()) this.reject(ref, new ParleyError('aborted', 'The client was closed'));
  }

  #resolve(ref: string | undefined, message: () => ChatMessage): void {
    const open = this.#open.get(ref ?? '');
    if (!open || ref === undefined) return;
    this.#open.delete(ref);
    open.resolve(message());
  }

  reject(ref: string, error: ParleyError): void {
    this.#open.get(ref)?.reject(error);
    this.#open.delete(ref);
  }
}

interface Open {
  resolve(message: ChatMessage): void;
  reject(error: ParleyError): void;
}
