import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { Line, type Opened, type Target } from './line.ts';
import { postFrame } from './post-frame.ts';

/** A client that polls, one poll after the other; what it sends goes by `POST /v1/frames`. */
export class PollLine extends Line {
  /** Polls that were answered. */
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
      // The first does not wait, so that there is a place to begin from.
      const wait = { timeout: this.polls === 0 ? '0' : '25000' };
      const response = await fetch(`${http}/v1/poll?${new URLSearchParams({ ...wait, ...query, ...place })}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: this.#abort.signal,
      });
      if (!response.ok) return this.end({ status: response.status });
      const { cursor, recovered, frames } = (await response.json()) as Opened & { frames: ServerFrame[] };
      await this.#resumed;
      const [first] = this.polls === 0 ? frames : [];
      // An answer's cursor lies behind its events; they begin one before the first.
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
