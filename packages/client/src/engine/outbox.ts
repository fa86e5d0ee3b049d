import type { FrameOf, SendAck } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Outgoing } from '../state/change.ts';
import type { Accepted } from '../state/state.ts';
import type { Asking } from './asking.ts';
import type { Context, Part } from './part.ts';

/**
 * Sends what is in the outbox. Of each chat one message is under way at a time, so that one that is refused for now is not overtaken
 * by the next.
 */
export class Outbox implements Part {
  readonly #context: Context;
  readonly #asking: Asking;
  /** Messages under way. */
  readonly #asked = new Set<string>();
  /** Who waits for a message to be accepted. */
  readonly #waiting = new Map<string, Waiting>();
  /** Messages under way of which the own copy came already. */
  readonly #arrived = new Map<string, Accepted>();
  #online = false;
  /** Messages that may be under way. */
  limit = 1;

  constructor(context: Context, asking: Asking) {
    this.#context = context;
    this.#asking = asking;
    context.state.left = (ref, accepted) => {
      // Its acknowledgement is under way, and says more.
      if (accepted && this.#online && this.#asked.has(ref)) this.#arrived.set(ref, accepted);
      else this.#settle(ref, accepted);
      queueMicrotask(() => this.#pump());
    };
  }

  /** Resolves when the message is accepted. @throws ParleyError when it is refused, discarded, or this client is closed */
  send(entry: Outgoing): Promise<Accepted> {
    const waiting = new Promise<Accepted>((resolve, reject) => this.#waiting.set(entry.ref, { resolve, reject }));
    this.#context.change({ type: 'queued', entry });
    const arrived = this.#context.state.arrived(entry);
    if (arrived) this.#settle(entry.ref, arrived);
    this.#pump();
    return waiting;
  }

  start(): void {
    this.#online = true;
    this.#pump();
  }

  stop(): void {
    this.#online = false;
    for (const [ref, accepted] of this.#arrived) this.#settle(ref, accepted);
  }

  close(): void {
    for (const { reject } of this.#waiting.values()) reject(new ParleyError('aborted', 'Closed'));
  }

  #pump(): void {
    const busy = new Set<number>();
    for (const entry of this.#context.state.outbox) {
      if (!this.#online || this.#asked.size >= this.limit) return;
      if (entry.error || busy.has(entry.chat)) continue;
      busy.add(entry.chat);
      if (!this.#asked.has(entry.ref)) this.#ask(entry);
    }
  }

  async #ask(entry: Outgoing): Promise<void> {
    const { ref } = entry;
    const { change } = this.#context;
    this.#asked.add(ref);
    try {
      const ack = (await this.#context.ask(toFrame(entry))) as SendAck;
      this.#settle(ref, ack);
      change({ ...ack, type: 'accepted' });
    } catch (error) {
      const { code, message } = error as ParleyError;
      if (code === 'aborted') return;
      change({ type: 'failed', ref, error: { code, message } });
      this.#settle(ref, undefined, error as ParleyError);
    }
    this.#pump();
  }

  #settle(ref: string, accepted: Accepted | undefined, error = new ParleyError('aborted', 'Discarded')): void {
    this.#asking.forget(ref);
    this.#asked.delete(ref);
    this.#arrived.delete(ref);
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (!accepted) return waiting?.reject(error);
    const { id, date, online } = accepted;
    waiting?.resolve({ ref, id, date, online });
  }
}

function toFrame({ chat: to, date: _, error: __, ...said }: Outgoing): FrameOf<'send'> {
  return { type: 'send', to, ...said };
}

interface Waiting {
  resolve(accepted: Accepted): void;
  reject(error: ParleyError): void;
}
