import type { WebSocket } from 'uWebSockets.js';
import { closeCodes } from '@parley/protocol';
import type { Connection } from '../connection/connection.ts';
import type { Transport } from '../connection/transport.ts';
import { flushAfterTurn } from './turn.ts';

/** Frames held of someone of whom it is not known yet who they are. */
const MOST_EARLY = 8;

/** A connection over a WebSocket. */
export class WebSocketTransport implements Transport {
  /** Set once the socket is open and it is known whose it is. */
  connection: Connection | undefined;
  readonly linger = 0;
  readonly #socket: WebSocket<unknown>;
  #frames: (string | Uint8Array)[] | undefined;
  #open = true;
  #early: Early[] | undefined;

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
    this.connection?.flushed(this.unsent());
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Keeps a frame that came before it is known whose it is. */
  hold(message: ArrayBuffer, isBinary: boolean): void {
    this.#early ??= [];
    // The server's memory is its own again when this returns.
    if (this.#early.push({ message: message.slice(0), isBinary }) <= MOST_EARLY) return;
    this.close(closeCodes.tooManyFrames.code, 'too many frames before the welcome');
  }

  /** The frames kept, in order. */
  release(): Early[] {
    const early = this.#early ?? [];
    this.#early = undefined;
    return early;
  }

  unsent(): number {
    return this.#open ? this.#socket.getBufferedAmount() : 0;
  }

  ping(): void {
    if (this.#open) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.flush();
    if (!this.#open) return;
    this.#open = false;
    // Calls `closed` at once; the server waits for the peer no longer than for a lost one.
    this.#socket.end(code, reason);
  }

  terminate(): void {
    if (this.#open) this.#socket.close();
  }

  /** The socket is closed; it must not be touched any more. */
  closed(): void {
    this.#open = false;
    this.#frames = undefined;
    this.#early = undefined;
    this.connection?.gone();
  }
}

interface Early {
  message: ArrayBuffer;
  isBinary: boolean;
}
