import type { WebSocket } from 'uWebSockets.js';
import type { SocketPeer } from '../socket-server.ts';
import type { UwsSocketData } from './upgrade.ts';

/** The server's end of a WebSocket of uWebSockets.js. */
export class UwsPeer implements SocketPeer {
  readonly #socket: WebSocket<UwsSocketData>;

  constructor(socket: WebSocket<UwsSocketData>) {
    this.#socket = socket;
  }

  send(messages: readonly (string | Uint8Array)[]): void {
    const socket = this.#socket;
    if (messages.length === 1) socket.send(messages[0] as string, false, false);
    else
      socket.cork(() => {
        for (const message of messages) socket.send(message as string, false, false);
      });
  }

  unsent(): number {
    return this.#socket.getBufferedAmount();
  }

  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.end(code, reason);
  }

  terminate(): void {
    this.#socket.close();
  }
}
