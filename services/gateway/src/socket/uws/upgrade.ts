import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import type { OutgoingResponse, PeerEvents, PendingUpgrade, SocketPeer } from '../socket-server.ts';
import type { CorkHolder } from './cork-holder.ts';

/**
 * Request to open a WebSocket of uWebSockets.js. Stores the headers of the handshake, so that the
 * gateway can accept the request later.
 */
export class UwsUpgrade implements PendingUpgrade {
  readonly response: OutgoingResponse & { done: boolean };
  /** The open WebSocket. Undefined until it opens. */
  peer: SocketPeer | undefined;
  readonly #corkHolder: CorkHolder;
  readonly #response: HttpResponse;
  readonly #context: us_socket_context_t;
  readonly #key: string;
  readonly #extensions: string;

  constructor(
    response: OutgoingResponse & { done: boolean },
    corkHolder: CorkHolder,
    native: HttpResponse,
    request: HttpRequest,
    context: us_socket_context_t,
  ) {
    this.response = response;
    this.#corkHolder = corkHolder;
    this.#response = native;
    this.#context = context;
    this.#key = request.getHeader('sec-websocket-key');
    this.#extensions = request.getHeader('sec-websocket-extensions');
  }

  accept(protocol: string, events: PeerEvents): SocketPeer {
    this.response.done = true;
    const data: UwsSocketData = { events, upgrade: this };
    this.#corkHolder.run(() => {
      this.#response.upgrade(data, this.#key, protocol, this.#extensions, this.#context);
    });
    // The library calls `open`, which sets `peer`, before `upgrade` returns.
    return this.peer as SocketPeer;
  }
}

/** Data that the library stores with a WebSocket. It stores a copy of this object. */
export interface UwsSocketData {
  events: PeerEvents;
  /** The request that opens the WebSocket. Undefined once the WebSocket is open. */
  upgrade: UwsUpgrade | undefined;
}
