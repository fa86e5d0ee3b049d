import type { Connection } from '../../connection/connection.ts';
import type { Transport } from '../../connection/transport.ts';
import { refusalOfClose, refuse } from '../http/replies.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { PeerEvents, PendingUpgrade, SocketPeer } from '../socket-server.ts';
import { flushAfterTurn, type Writer } from '../turn.ts';

/**
 * Close codes that the gateway sends as an HTTP error if a connection ends before its welcome. For
 * other codes it opens the WebSocket first, because browsers show a page only the close code of an
 * open WebSocket.
 */
const REFUSED_BY_HTTP = [1012, 4029];

/**
 * A connection over a WebSocket. The WebSocket opens with the first frame, which is the welcome. A
 * connection that ends before the welcome can respond with an HTTP error instead.
 */
export class WebSocketTransport implements Transport, Writer, PeerEvents {
  /** The connection that uses this transport. Set once the user is known. */
  connection: Connection | undefined;
  readonly #route: WebSocketRoute;
  /** The request for the WebSocket. Set until the WebSocket opens. */
  #upgrade: PendingUpgrade | undefined;
  #peer: SocketPeer | undefined;
  #frames: (string | Uint8Array)[] | undefined;
  #closed = false;

  constructor(route: WebSocketRoute, upgrade: PendingUpgrade) {
    this.#route = route;
    this.#upgrade = upgrade;
    upgrade.response.onAbort(() => this.#end());
  }

  get linger(): number {
    return 0;
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  send(frame: string | Uint8Array): void {
    if (this.#closed) return;
    if (this.#frames) {
      this.#frames.push(frame);
      return;
    }
    this.#frames = [frame];
    flushAfterTurn(this);
  }

  flush(): void {
    const frames = this.#frames;
    if (!frames || this.#closed) return;
    this.#frames = undefined;
    this.accept().send(frames);
    this.connection?.flushed(this.unsent());
  }

  failed(error: unknown): void {
    this.#route.deps.log.error({ err: error, connection: this.connection?.id }, 'socket failed');
    this.terminate();
  }

  unsent(): number {
    return this.#peer && !this.#closed ? this.#peer.unsent() : 0;
  }

  ping(): void {
    if (!this.#closed) this.#peer?.ping();
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    if (this.#upgrade && REFUSED_BY_HTTP.includes(code)) {
      refuse(this.#upgrade.response, refusalOfClose(this.#route.deps, code, reason));
      return this.#end();
    }
    this.flush();
    if (this.#closed) return;
    const peer = this.accept();
    this.#closed = true;
    // `peer.close` might call `closed` at once, so `#closed` is set before.
    peer.close(code, reason);
  }

  terminate(): void {
    if (this.#closed) return;
    if (this.#peer) this.#peer.terminate();
    else this.#upgrade?.response.abort();
  }

  message(data: Buffer, isBinary: boolean): void {
    if (!this.connection || this.#closed) return;
    const handled = this.#route.read(this.connection, data, isBinary);
    handled?.catch((error) => this.failed(error));
  }

  alive(): void {
    this.connection?.alive();
  }

  drained(): void {
    if (!this.#closed) this.connection?.flushed(this.unsent());
  }

  closed(code: number): void {
    // Counts only a close by the client, because `close` has already counted a close by the
    // gateway.
    if (!this.#closed) this.#route.deps.counters.closed(code);
    this.#end();
  }

  /** Opens the WebSocket if it is not open yet. */
  protected accept(): SocketPeer {
    const upgrade = this.#upgrade;
    if (upgrade) {
      this.#upgrade = undefined;
      this.#peer = upgrade.accept(this.#route.protocol, this);
    }
    return this.#peer as SocketPeer;
  }

  #end(): void {
    this.#closed = true;
    this.#frames = undefined;
    this.connection?.gone();
  }
}

/** Options shared by all WebSockets of one path. */
export interface WebSocketRoute {
  deps: ServerDeps;
  /** Subprotocol that the server chooses; '' for none. */
  protocol: string;
  /**
   * Handles a message of the client. Its bytes are valid until the function returns or reaches its
   * first `await`.
   */
  read(connection: Connection, message: Buffer, isBinary: boolean): Promise<void> | undefined;
}
