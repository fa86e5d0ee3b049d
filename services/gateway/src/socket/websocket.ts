import type { WebSocket } from 'uWebSockets.js';
import type { Connection } from '../connection.ts';
import type { Transport } from '../transport.ts';
import { flushAfterTurn } from './turn.ts';

/** A connection over a WebSocket. */
export class WebSocketTransport implements Transport {
  /** Set once the socket is open. */
  connection: Connection | undefined;
  readonly linger = 0;
  readonly #socket: WebSocket<unknown>;
  #frames: (string | Uint8Array)[] | undefined;
  #open = true;

  constructor(socket: WebSocket<unknown>) {
    this.#socket = socket;
  }

  send(frame: string | Uint8Array): void {
    if (!this.#open) return;
    if (this.#frames) {
      this.#frames.push(frame);
      return;
    }
    this.#frames = [frame];
    flushAfterTurn(this);
  }

  flush(): void {
    const frames = this.#frames;
    if (!frames || !this.#open) return;
    this.#frames = undefined;
    const socket = this.#socket;
    if (frames.length === 1) socket.send(frames[0] as string, false, false);
    else
      socket.cork(() => {
        for (const frame of frames) socket.send(frame as string, false, false);
      });
    this.connection?.flushed(socket.getBufferedAmount());
  }

  unsent(): number {
    return this.#open ? this.#socket.getBufferedAmount() : 0;
  }

  ping(): void {
    if (this.#open) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.flush();
    // Calls `closed` at once; the server waits for the peer no longer than for a lost one.
    if (this.#open) this.#socket.end(code, reason);
  }

  terminate(): void {
    if (this.#open) this.#socket.close();
  }

  /** The socket is closed; it must not be touched any more. */
  closed(): void {
    this.#open = false;
    this.#frames = undefined;
    this.connection?.gone();
  }
}
