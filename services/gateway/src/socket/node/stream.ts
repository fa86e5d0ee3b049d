import type { ServerResponse } from 'node:http';
import type { ResponseStream, StreamEvents } from '../socket-server.ts';
import { PacedWriter } from './paced-writer.ts';

/**
 * Maximum number of characters per write. Small writes show whether a slow reader makes progress.
 */
const PIECE = 16 * 1024;

/** Ms within which the client must read the remaining bytes after the end of the response. */
const CLOSE_TIME = 10_000;

/** Response of `node:http` whose body is sent piece by piece, each as one HTTP chunk. */
export class NodeStream implements ResponseStream {
  readonly #owner: { done: boolean };
  readonly #response: ServerResponse;
  readonly #writer: PacedWriter<string>;

  constructor(
    owner: { done: boolean },
    response: ServerResponse,
    events: StreamEvents,
    onError: (error: unknown) => void,
  ) {
    this.#owner = owner;
    this.#response = response;
    this.#writer = new PacedWriter(response, () => {
      try {
        if (!owner.done) events.drained();
      } catch (error) {
        onError(error);
      }
    });
  }

  get unsent(): number {
    return this.#writer.unsent;
  }

  write(text: string): void {
    if (this.#owner.done) return;
    for (let at = 0; at < text.length; ) {
      const end = endOfPiece(text, at);
      this.#writer.write(at === 0 && end === text.length ? text : text.slice(at, end));
      at = end;
    }
  }

  end(text: string): void {
    if (this.#owner.done) return;
    this.#owner.done = true;
    this.#writer.end(() => this.#response.end(text));
    const late = setTimeout(() => this.#response.destroy(), CLOSE_TIME);
    this.#response.once('close', () => clearTimeout(late));
  }
}

/** Returns the index at which the piece that begins at `at` ends. Never splits a surrogate pair. */
function endOfPiece(text: string, at: number): number {
  const end = at + PIECE;
  if (end >= text.length) return text.length;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end + 1 : end;
}
