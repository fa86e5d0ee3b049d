import type { FrameOf, SendAck } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Accepted, Outgoing } from '../state/change.ts';
import { findAccepted } from '../state/outbox-entries.ts';
import type { EngineContext, OnlinePart } from './context.ts';
import type { PendingFrames } from './pending-frames.ts';

/**
 * Sends the messages of the outbox, one at a time per chat, so that the next message cannot
 * overtake one that is retried.
 */
export class Outbox implements OnlinePart {
  readonly #context: EngineContext;
  readonly #pending: PendingFrames;
  /** Refs of messages in flight. */
  readonly #inFlight = new Set<string>();
  /** Callers of `send` that wait for the acknowledgement, by ref. */
  readonly #waiting = new Map<string, Waiting>();
  /** Messages in flight whose own copy arrived as an event before the acknowledgement. */
  readonly #arrived = new Map<string, Accepted>();
  #online = false;
  /** Maximum number of messages in flight, from the server's `welcome`. */
  limit = 1;

  constructor(context: EngineContext, pending: PendingFrames) {
    this.#context = context;
    this.#pending = pending;
    context.state.onLeftOutbox = (ref, accepted) => {
      // The acknowledgement will follow. It also contains `online`.
      if (accepted && this.#online && this.#inFlight.has(ref)) this.#arrived.set(ref, accepted);
      else this.#settle(ref, accepted);
      queueMicrotask(() => this.#pump());
    };
  }

  /**
   * Resolves when the message is accepted. @throws ParleyError if it is refused, discarded, or the
   * client is closed
   */
  send(entry: Outgoing): Promise<Accepted> {
    const waiting = new Promise<Accepted>((resolve, reject) => this.#waiting.set(entry.ref, { resolve, reject }));
    this.#context.change({ type: 'queued', entry });
    const accepted = findAccepted(this.#context.state, entry);
    if (accepted) this.#settle(entry.ref, accepted);
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

  /** Rejects callers of `send` with `aborted`. The messages stay in the outbox. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(new ParleyError('aborted', 'Closed'));
  }

  /** Sends the first message of each chat unless it is in flight. */
  #pump(): void {
    const busy = new Set<number>();
    for (const entry of this.#context.state.outbox) {
      if (!this.#online || this.#inFlight.size >= this.limit) return;
      if (entry.error || busy.has(entry.chat)) continue;
      busy.add(entry.chat);
      if (!this.#inFlight.has(entry.ref)) this.#send(entry);
    }
  }

  async #send(entry: Outgoing): Promise<void> {
    const { ref } = entry;
    const { change, request } = this.#context;
    this.#inFlight.add(ref);
    try {
      const ack = (await request(toFrame(entry))) as SendAck;
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
    this.#pending.forget(ref);
    this.#inFlight.delete(ref);
    this.#arrived.delete(ref);
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (!accepted) return waiting?.reject(error);
    const { id, date, online } = accepted;
    waiting?.resolve({ ref, id, date, online });
  }
}

function toFrame({ chat: to, date: _, error: __, ...content }: Outgoing): FrameOf<'send'> {
  return { type: 'send', to, ...content };
}

interface Waiting {
  resolve(accepted: Accepted): void;
  reject(error: ParleyError): void;
}
