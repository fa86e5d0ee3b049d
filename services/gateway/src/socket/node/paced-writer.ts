import type { Writable } from 'node:stream';

/**
 * Writes chunks to a stream, each after the network has accepted the previous one. Without this,
 * Node.js joins all waiting chunks into one write, whose progress cannot be measured.
 */
export class PacedWriter<Piece extends string | Buffer> {
  readonly #stream: Writable;
  readonly #drained: () => void;
  readonly #written = () => this.#next();
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #waiting = false;
  #ending: (() => void) | undefined;

  /** @param drained called when the network has accepted a chunk that had to wait */
  constructor(stream: Writable, drained: () => void) {
    this.#stream = stream;
    this.#drained = drained;
  }

  /** Number of bytes that the network has not accepted yet. */
  get unsent(): number {
    return this.#stream.writableLength + this.#queuedBytes;
  }

  write(piece: Piece): void {
    if (this.#queue.length > 0 || this.#stream.writableLength > 0) {
      this.#queue.push(piece);
      this.#queuedBytes += Buffer.byteLength(piece);
      this.#waiting = true;
      return;
    }
    this.#stream.write(piece, this.#written);
    if (this.#stream.writableLength > 0) this.#waiting = true;
  }

  /** Calls `ended` once all chunks were passed to the stream. */
  end(ended: () => void): void {
    if (this.#queue.length === 0) ended();
    else this.#ending = ended;
  }

  #next(): void {
    // Ignores calls for chunks that did not have to wait.
    if (!this.#waiting || this.#stream.destroyed) return;
    const piece = this.#queue.shift();
    if (piece !== undefined) {
      this.#queuedBytes -= Buffer.byteLength(piece);
      this.#stream.write(piece, this.#written);
    } else if (this.#stream.writableLength === 0) this.#waiting = false;
    if (this.#queue.length === 0) {
      this.#ending?.();
      this.#ending = undefined;
    }
    this.#drained();
  }
}
