import type { RequestBody } from '../socket-server.ts';

/**
 * Maximum number of bytes of an oversized body that are read and discarded. Many clients read the
 * error response only after they have sent the whole body.
 */
const MAX_DISCARDED = 8 * 1024 * 1024;

/** Collects the chunks of a request's body, with limits on bytes and time. */
export class BodyReader {
  /** Resolves with the body, or with the reason why it is missing. Never rejects. */
  readonly body: Promise<RequestBody>;
  readonly #maxBytes: number;
  readonly #timer: NodeJS.Timeout;
  #resolve!: (body: RequestBody) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  #finished = false;

  /** `maxTime` in ms. */
  constructor(maxBytes: number, maxTime: number) {
    this.#maxBytes = maxBytes;
    this.body = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setTimeout(() => this.#finish('too-slow'), maxTime);
  }

  read(chunk: Buffer, isLast: boolean): void {
    if (this.#finished) return;
    this.#size += chunk.length;
    const tooLarge = this.#size > this.#maxBytes;
    if (tooLarge) this.#chunks = [];
    else this.#chunks.push(chunk);
    if (this.#size > MAX_DISCARDED) this.#finish('too-large');
    else if (isLast) this.#finish(tooLarge ? 'too-large' : Buffer.concat(this.#chunks));
  }

  /** The client left. */
  abort(): void {
    this.#finish('aborted');
  }

  #finish(body: RequestBody): void {
    this.#finished = true;
    clearTimeout(this.#timer);
    this.#resolve(body);
    this.#chunks = [];
  }
}
