import type { HttpResponse } from 'uWebSockets.js';
import type { OutgoingResponse, ResponseStream, StreamEvents } from '../socket-server.ts';

/**
 * Response of uWebSockets.js whose body is sent piece by piece. The library sends the CRLF that
 * completes a chunk only with the next chunk, and some clients (such as Python's `requests`) wait
 * for it. Therefore this class sends a chunk of filler after each piece, so that only the filler
 * stays incomplete.
 */
export class UwsStream implements ResponseStream {
  unsent = 0;
  readonly #owner: { done: boolean };
  readonly #response: HttpResponse;
  readonly #events: StreamEvents;

  constructor(
    owner: OutgoingResponse & { done: boolean },
    response: HttpResponse,
    events: StreamEvents,
    onError: (error: unknown) => void,
  ) {
    this.#owner = owner;
    this.#response = response;
    this.#events = events;
    response.onWritable(() => {
      try {
        this.#measure();
      } catch (error) {
        onError(error);
      }
      return true;
    });
  }

  write(text: string): void {
    if (this.#owner.done) return;
    const { filler } = this.#events;
    let taken = false;
    this.#response.cork(() => {
      this.#response.write(text);
      taken = this.#response.write(filler);
    });
    this.unsent = taken ? 0 : this.unsent + Buffer.byteLength(text) + filler.length;
  }

  end(text: string): void {
    if (this.#owner.done) return;
    this.#owner.done = true;
    this.#response.cork(() => this.#response.end(text));
  }

  /**
   * Finds out whether bytes are unsent, by writing filler. The library does not report how many
   * bytes it buffers, only whether the network accepted a whole write.
   */
  #measure(): void {
    if (this.unsent === 0 || this.#owner.done) return;
    let taken = false;
    this.#response.cork(() => {
      taken = this.#response.write(this.#events.filler);
    });
    // The network accepted an unknown number of bytes. The count falls by one, because any decrease
    // counts as progress of the reader.
    this.unsent = taken ? 0 : Math.max(1, this.unsent - 1);
    this.#events.drained();
  }
}
