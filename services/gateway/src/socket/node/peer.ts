import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { PeerEvents, SocketPeer } from '../socket-server.ts';
import { encodeFrames } from './frame.ts';
import { PacedWriter } from './paced-writer.ts';

/**
 * The server's end of a WebSocket of the library `ws`. The gateway writes messages directly to the
 * TCP socket, and all messages of one turn of the event loop together. `ws` reads from the socket,
 * and sends control frames between these writes.
 */
export class NodePeer implements SocketPeer {
  readonly #webSocket: WebSocket;
  readonly #writer: PacedWriter<Buffer>;
  /** Number of messages that were not written because the WebSocket is closing. */
  #dropped = 0;

  constructor(webSocket: WebSocket, socket: Duplex, events: PeerEvents, onError: (error: unknown) => void) {
    this.#webSocket = webSocket;
    const guard = (work: () => void) => {
      try {
        work();
      } catch (error) {
        onError(error);
      }
    };
    this.#writer = new PacedWriter(socket, () => guard(() => events.drained()));
    webSocket.on('message', (data, isBinary) => guard(() => events.message(data as Buffer, isBinary)));
    webSocket.on('ping', () => guard(() => events.alive()));
    webSocket.on('pong', () => guard(() => events.alive()));
    webSocket.on('close', (code) => guard(() => events.closed(code)));
    // Ignores protocol errors and lost connections, because the event `close` follows.
    webSocket.on('error', () => {});
  }

  send(messages: readonly (string | Uint8Array)[]): void {
    if (this.#webSocket.readyState !== OPEN) {
      this.#dropped += messages.length;
      return;
    }
    for (const buffer of encodeFrames(messages)) this.#writer.write(buffer);
  }

  unsent(): number {
    return this.#writer.unsent + this.#dropped;
  }

  ping(): void {
    if (this.#webSocket.readyState === OPEN) this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    this.#writer.end(() => this.#webSocket.close(code, reason));
    // Drops the connection if the client does not confirm the close in time. `ws` waits equally
    // long after it has sent its own close frame.
    const late = setTimeout(() => this.terminate(), CLOSE_TIME);
    this.#webSocket.once('close', () => clearTimeout(late));
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}

/** Value of `readyState` while a WebSocket is open. */
const OPEN = 1;

/**
 * Ms within which the client must read the remaining bytes. Then the gateway drops the connection.
 */
const CLOSE_TIME = 30_000;
