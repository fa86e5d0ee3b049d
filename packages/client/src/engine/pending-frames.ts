import type { Ack, ErrorFrame, SendAck, StreamFrame } from '@parley/protocol';
import { backoff } from '../connection/backoff.ts';
import { ParleyError } from '../error.ts';
import { Timer } from '../timer.ts';
import type { AckedFrame, EngineContext, OnlinePart } from './context.ts';
import { createRef } from './ref.ts';

/** Number of error replies with the code `internal` after which a frame fails. */
const MAX_INTERNAL_ERRORS = 5;

/**
 * Ms to wait for the reply to a frame. After that, the client reconnects, catches up and resends
 * the frame. It never resends on the same connection, because the frame might have been accepted
 * and only its reply delayed.
 */
const REPLY_TIMEOUT_MS = 30_000;

/**
 * Frames that wait for their reply. They are resent on every new connection, and after a delay if
 * the server requests a retry.
 */
export class PendingFrames implements OnlinePart {
  readonly #context: Pick<EngineContext, 'send' | 'backoff'>;
  readonly #reconnect: () => void;
  readonly #pending = new Map<string, PendingFrame>();
  #online = false;

  /** @param reconnect closes the connection and opens a new one */
  constructor(context: Pick<EngineContext, 'send' | 'backoff'>, reconnect: () => void) {
    this.#context = context;
    this.#reconnect = reconnect;
  }

  /**
   * Sends a frame and resolves with its acknowledgement.
   *
   * @throws ParleyError if the frame is refused or the client is closed
   */
  request(frame: AckedFrame): Promise<Ack | SendAck | StreamFrame> {
    const { ref = createRef() } = frame;
    return new Promise((resolve, reject) => {
      const pending = { frame: { ...frame, ref }, resolve, reject, errors: 0, timer: new Timer() };
      this.#pending.set(ref, pending);
      this.#send(pending);
    });
  }

  start(): void {
    this.#online = true;
    for (const pending of this.#pending.values()) this.#send(pending);
  }

  stop(): void {
    this.#online = false;
    for (const { timer } of this.#pending.values()) timer.clear();
  }

  /** Settles the frame that a reply refers to, or schedules its retry. */
  reply(reply: Ack | SendAck | StreamFrame | ErrorFrame): void {
    const pending = this.#pending.get(reply.ref ?? '');
    if (!pending) return;
    if (reply.type !== 'error') this.forget(pending.frame.ref)?.resolve(reply);
    else if (reply.retry && (reply.code !== 'internal' || pending.errors < MAX_INTERNAL_ERRORS)) {
      const delay = Math.max(reply.retryAfter ?? 0, backoff(pending.errors++, this.#context.backoff));
      pending.timer.restart(delay, () => this.#send(pending));
    } else this.forget(pending.frame.ref)?.reject(new ParleyError(reply.code, reply.message));
  }

  /** Removes a frame, so that it is not resent. Returns the frame. */
  forget(ref: string): PendingFrame | undefined {
    const pending = this.#pending.get(ref);
    pending?.timer.clear();
    this.#pending.delete(ref);
    return pending;
  }

  /** Rejects all pending frames with `aborted`. */
  close(): void {
    for (const ref of this.#pending.keys()) this.forget(ref)?.reject(new ParleyError('aborted', 'Closed'));
  }

  #send(pending: PendingFrame): void {
    pending.timer.clear();
    if (!this.#online) return;
    this.#context.send(pending.frame);
    pending.timer.restart(REPLY_TIMEOUT_MS, this.#reconnect);
  }
}

interface PendingFrame {
  frame: AckedFrame & { ref: string };
  resolve(reply: Ack | SendAck | StreamFrame): void;
  reject(error: ParleyError): void;
  /** Number of error replies to the frame so far. */
  errors: number;
  /** Timer that resends the frame, or reconnects if no reply arrives. */
  timer: Timer;
}
