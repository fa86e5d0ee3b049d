import type { Ack, ErrorFrame, SendAck } from '@parley/protocol';
import { Alarm } from '../alarm.ts';
import { ParleyError } from '../error.ts';
import { backoff } from '../link/backoff.ts';
import type { Askable, Context, Part } from './part.ts';
import { createRef } from './ref.ts';

/** Refusals for an unknown reason after which a frame counts as refused for good. */
const PATIENCE = 5;

/**
 * Ms after which a connection is given up on which a frame got no reply. It is sent again on the next one, once what was missed was read:
 * the server remembers the last refs of a conversation alone, and whose reply is held up may have been accepted long ago.
 */
const UNANSWERED = 30_000;

/** Sends frames until they are acknowledged or refused for good: after a while when they are refused for now, and on every connection. */
export class Asking implements Part {
  readonly #context: Pick<Context, 'send' | 'backoff'>;
  readonly #giveUp: () => void;
  readonly #open = new Map<string, Asked>();
  #online = false;

  /** @param giveUp ends the connection, so that there will be another one */
  constructor(context: Pick<Context, 'send' | 'backoff'>, giveUp: () => void) {
    this.#context = context;
    this.#giveUp = giveUp;
  }

  /** @throws ParleyError when it is refused, or this client is closed */
  ask(frame: Askable): Promise<Ack | SendAck> {
    const { ref = createRef() } = frame;
    return new Promise((resolve, reject) => {
      const asked = { frame: { ...frame, ref }, resolve, reject, refusals: 0, again: new Alarm() };
      this.#open.set(ref, asked);
      this.#send(asked);
    });
  }

  start(): void {
    this.#online = true;
    for (const asked of this.#open.values()) this.#send(asked);
  }

  stop(): void {
    this.#online = false;
    for (const { again } of this.#open.values()) again.clear();
  }

  /** A reply came. */
  reply(frame: Ack | SendAck | ErrorFrame): void {
    const asked = this.#open.get(frame.ref ?? '');
    if (!asked) return;
    if (frame.type === 'ack') this.forget(frame.ref)?.resolve(frame);
    else if (frame.retry && (frame.code !== 'internal' || asked.refusals < PATIENCE)) {
      const wait = Math.max(frame.retryAfter ?? 0, backoff(asked.refusals++, this.#context.backoff));
      asked.again.set(wait, () => this.#send(asked));
    } else this.forget(asked.frame.ref)?.reject(new ParleyError(frame.code, frame.message));
  }

  /** Asks no more. */
  forget(ref: string): Asked | undefined {
    const asked = this.#open.get(ref);
    asked?.again.clear();
    this.#open.delete(ref);
    return asked;
  }

  /** Nothing will be acknowledged any more. */
  close(): void {
    for (const ref of this.#open.keys()) this.forget(ref)?.reject(new ParleyError('aborted', 'Closed'));
  }

  #send(asked: Asked): void {
    asked.again.clear();
    if (!this.#online) return;
    this.#context.send(asked.frame);
    asked.again.set(UNANSWERED, this.#giveUp);
  }
}

interface Asked {
  frame: Askable & { ref: string };
  resolve(reply: Ack | SendAck): void;
  reject(error: ParleyError): void;
  /** How often it was refused for now. */
  refusals: number;
  again: Alarm;
}
