import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { Line, type Opened, type Target } from './line.ts';
import { postFrame } from './post-frame.ts';

/**
 * A client over long polling. It has one poll at a time and sends frames with `POST /v1/frames`.
 */
export class PollLine extends Line {
  /** Number of polls to which the gateway has responded. */
  polls = 0;
  readonly #target: Target;
  readonly #abort = new AbortController();
  #resumed: Promise<void> = Promise.resolve();
  #resume = () => {};

  constructor(target: Target) {
    super();
    this.#target = target;
    this.#run().catch(() => this.end({ code: 1006 }));
  }

  async ask(frame: ClientFrame): Promise<ServerFrame | undefined> {
    return (await postFrame(this.#target, frame)).body as ServerFrame | undefined;
  }

  pause(): void {
    this.#resumed = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
  }

  hangUp(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const { http, token, query, headers } = this.#target;
    while (!this.#abort.signal.aborted) {
      const place = this.cursor === '' ? {} : { cursor: this.cursor };
      // Makes the first poll return at once, with the cursor from which the client continues.
      const wait = { timeout: this.polls === 0 ? '0' : '25000' };
      const response = await fetch(`${http}/v1/poll?${new URLSearchParams({ ...wait, ...query, ...place })}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: this.#abort.signal,
      });
      if (!response.ok) return this.end({ status: response.status });
      const { cursor, recovered, frames } = (await response.json()) as Opened & { frames: ServerFrame[] };
      await this.#resumed;
      const [first] = this.polls === 0 ? frames : [];
      // Computes the cursor before the first event, because the cursor in a response is that of the
      // last event.
      const begin = first?.type === 'event' ? before(first.cursor) : cursor;
      this.polls += 1;
      if (!this.opened) this.open({ cursor: begin, recovered });
      for (const frame of frames) this.take(frame);
      this.cursor = cursor;
      this.look();
    }
  }
}

function before(cursor: string): string {
  const [epoch, offset] = cursor.split('-');
  return `${epoch}-${Number(offset) - 1}`;
}
