import type { ClientFrame, ErrorFrame, SendAck } from '@parley/protocol';
import { type Backoff, backoff } from '../link/backoff.ts';
import type { Change, Outgoing } from '../state/change.ts';
import type { State } from '../state/state.ts';

/** Refusals for an unknown reason after which a message counts as failed. */
const PATIENCE = 5;

/**
 * Sends what is in the outbox while the connection is online. Of each chat one message is under way at a time, so that one that is
 * refused for now is not overtaken by the next.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Those under way. */
  readonly #sent = new Set<string>();
  /** Those refused for now, and when they are sent again. */
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #refusals = new Map<string, number>();
  #limit = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** There is a connection that takes so many messages at a time. */
  start(limit: number): void {
    this.stop();
    this.#limit = limit;
  }

  /** The connection is gone: what was under way is sent again by the next, unless it turns out to have arrived. */
  stop(): void {
    this.#limit = 0;
    this.#sent.clear();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  /** Sends what may be sent. */
  pump(): void {
    const { state, send, change, mayRepeat } = this.#options;
    const busy = new Set<number>();
    for (const entry of state.outbox) {
      if (this.#sent.size >= this.#limit) return;
      if (entry.error || busy.has(entry.chat)) continue;
      busy.add(entry.chat);
      const { ref } = entry;
      if (this.#sent.has(ref) || this.#waiting.has(ref) || (entry.tried && !mayRepeat())) continue;
      this.#sent.add(ref);
      if (!entry.tried) change({ type: 'tried', ref });
      send(toFrame(entry));
    }
  }

  /** A reply to a message came. */
  reply(frame: SendAck | ErrorFrame): void {
    if (frame.ref === undefined || !this.#sent.delete(frame.ref)) return;
    const { ref } = frame;
    if (frame.type === 'ack') {
      const { id, conversation, date, online } = frame;
      this.#refusals.delete(ref);
      this.#options.change({ type: 'accepted', ref, id, conversation, date, online });
    } else this.#refused(frame, ref);
    this.pump();
  }

  /** A message is no longer in the outbox. */
  forget(ref: string): void {
    this.#sent.delete(ref);
    clearTimeout(this.#waiting.get(ref));
    this.#waiting.delete(ref);
    this.pump();
  }

  #refused({ code, message, retry, retryAfter }: ErrorFrame, ref: string): void {
    const times = (this.#refusals.get(ref) ?? 0) + 1;
    this.#refusals.set(ref, times);
    if (!retry || (code === 'internal' && times >= PATIENCE)) {
      this.#refusals.delete(ref);
      return this.#options.change({ type: 'failed', ref, error: { code, message } });
    }
    const wait = Math.max(retryAfter ?? 0, backoff(times - 1, this.#options.backoff));
    const again = () => {
      this.#waiting.delete(ref);
      this.pump();
    };
    this.#waiting.set(ref, setTimeout(again, wait));
  }
}

function toFrame({ ref, chat, body, replyTo, mentions }: Outgoing): ClientFrame {
  return {
    type: 'send',
    ref,
    to: chat,
    body,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(mentions === undefined ? {} : { mentions }),
  };
}

export interface OutboxOptions {
  state: State;
  backoff: Backoff;
  send(frame: ClientFrame): void;
  change(change: Change): void;
  /** Whether what was tried may be sent again: not before it is known what had arrived. */
  mayRepeat(): boolean;
}
