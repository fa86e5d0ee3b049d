import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketServer } from 'ws';
import type { PeerEvents, PendingUpgrade, RequestLimits, SocketPeer } from '../socket-server.ts';
import { NodePeer } from './peer.ts';
import { NodeResponse } from './response.ts';

/** Request to open a WebSocket of the library `ws`. */
export class NodeUpgrade implements PendingUpgrade {
  readonly response: NodeResponse;
  readonly #handshake: Handshake;
  readonly #limits: RequestLimits;

  constructor(handshake: Handshake, limits: RequestLimits) {
    this.response = new NodeResponse(handshake.message, handshake.response, limits);
    this.#handshake = handshake;
    this.#limits = limits;
  }

  accept(protocol: string, events: PeerEvents): SocketPeer {
    const { message, socket, head, response, webSockets } = this.#handshake;
    this.response.done = true;
    response.detachSocket(socket);
    // Hides the offered subprotocols from `ws`, because it would choose one itself and refuse lists
    // that uWebSockets.js accepts.
    message.headers['sec-websocket-protocol'] = undefined;
    webSockets.once('headers', (headers) => {
      if (protocol !== '') headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
    });
    let peer: SocketPeer | undefined;
    // `ws` runs this callback before `handleUpgrade` returns.
    webSockets.handleUpgrade(message, socket, head, (webSocket) => {
      peer = new NodePeer(webSocket, socket, events, this.#limits.onError);
    });
    if (!peer) throw new Error('the WebSocket handshake failed');
    return peer;
  }
}

/** Upgrade request with the objects that `node:http` provides for it. */
export interface Handshake {
  message: IncomingMessage;
  socket: Socket;
  /** Bytes that arrived directly after the request. */
  head: Buffer;
  /** Response that refuses the request. It writes to the socket. */
  response: ServerResponse;
  webSockets: WebSocketServer;
}

/** Returns whether a request opens a WebSocket with a key that `ws` accepts. */
export function isHandshake({ method, headers }: IncomingMessage): boolean {
  const key = headers['sec-websocket-key'] ?? '';
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && /^[+/0-9a-z]{22}==$/i.test(key);
}
