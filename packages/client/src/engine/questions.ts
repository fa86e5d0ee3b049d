import type { Ack, ClientFrame, ErrorFrame } from '@parley/protocol';
import { ParleyError } from '../error.ts';
import { type Backoff, backoff } from '../link/backoff.ts';
import type { Question } from './command.ts';
import { createRef } from './ref.ts';

/** Asks for what is acknowledged; again on every connection until it is. */
export class Questions {
  readonly #send: (frame: ClientFrame) => void;
  readonly #backoff: Backoff;
  readonly #open = new Map<string, Open>();
  #online = false;

  constructor(send: (frame: ClientFrame) => void, backoff: Backoff) {
    this.#send = send;
    this.#backoff = backoff;
  }

  /** @throws ParleyError when it is refused for good, or this client is closed */
  ask(frame: Question): Promise<void> {
    const ref = createRef();
    return new Promise((resolve, reject) => {
      const open = { frame: { ...frame, ref }, resolve, reject, refusals: 0, timer: undefined };
      this.#open.set(ref, open);
      if (this.#online) this.#send(open.frame);
    });
  }

  start(): void {
    this.#online = true;
    for (const { frame, timer } of this.#open.values()) {
      clearTimeout(timer);
      this.#send(frame);
    }
  }

  stop(): void {
    this.#online = false;
    for (const { timer } of this.#open.values()) clearTimeout(timer);
  }

  /** A reply came. */
  reply(frame: Ack | ErrorFrame): void {
    const open = this.#open.get(frame.ref ?? '');
    if (!open) return;
    if (frame.type === 'error' && frame.retry) {
      const again = () => this.#online && this.#send(open.frame);
      open.timer = setTimeout(again, Math.max(frame.retryAfter ?? 0, backoff(open.refusals++, this.#backoff)));
      return;
    }
    this.#open.delete(open.frame.ref);
    if (frame.type === 'ack') open.resolve();
    else open.reject(new ParleyError(frame.code, frame.message));
  }

  /** Nothing will be acknowledged any more. */
  close(): void {
    this.stop();
    for (const { reject } of this.#open.values()) reject(new ParleyError('aborted', 'The client was closed'));
    this.#open.clear();
  }
}

interface Open {
  frame: Question & { ref: string };
  resolve(): void;
  reject(error: ParleyError): void;
  refusals: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}
