import type { FrameOf, SendAck } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import type { Accepted, Outgoing } from '../state/change.ts';
import { findAccepted } from '../state/outbox-entries.ts';
import type { EngineContext, OnlinePart } from './context.ts';
import type { PendingFrames } from './pending-frames.ts';

/**
 * Sends the messages of the outbox. Sends one message at a time per chat, so that no message
 * overtakes an earlier one that is being retried.
 */
export class Outbox implements OnlinePart {
  readonly #context: EngineContext;
  readonly #pending: PendingFrames;
  /** Refs (idempotency keys) of the messages in flight. */
  readonly #inFlight = new Set<string>();
  /** Pending calls of `send`, by ref. */
  readonly #waiting = new Map<string, Waiting>();
  /** Messages in flight whose copy has arrived as an event before the acknowledgement, by ref. */
  readonly #arrived = new Map<string, Accepted>();
  #online = false;
  /** Maximum number of messages in flight. Set by the server's welcome. */
  limit = 1;

  constructor(context: EngineContext, pending: PendingFrames) {
    this.#context = context;
    this.#pending = pending;
    context.state.onLeftOutbox = (ref, accepted) => {
      // Waits for the acknowledgement, because only it contains `online`.
      if (accepted && this.#online && this.#inFlight.has(ref)) this.#arrived.set(ref, accepted);
      else this.#settle(ref, accepted);
      queueMicrotask(() => this.#pump());
    };
  }

  /**
   * Resolves when the server has accepted the message.
   *
   * @throws ParleyError if the message is refused or discarded, or if the client is closed
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

  /** Rejects pending calls of `send` with `aborted`. The messages stay in the outbox. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(new ParleyError('aborted', 'Closed'));
  }

  /** Sends the first message of each chat unless that message is already in flight. */
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
