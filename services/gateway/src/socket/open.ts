import type { WebSocket } from 'uWebSockets.js';
import { closeCodes } from '@parley/protocol';
import { Connection } from '../connection/connection.ts';
import type { Claims } from '../connection/connection-deps.ts';
import { identify } from './identify.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';
import type { Opening } from './upgrade.ts';
import type { WebSocketTransport } from './websocket.ts';

/** Gives an open socket its connection once it is known whose it is, then `read`s what came before. */
export function openSocket(
  gateway: Gateway,
  socket: WebSocket<SocketData>,
  transport: WebSocketTransport,
  read: (connection: Connection, message: ArrayBuffer, isBinary: boolean) => void,
): void {
  const data = socket.getUserData();
  const { visitor, place } = data;
  // What a connection needs of them it has; there may be a hundred thousand of these.
  Object.assign(data, { transport, visitor: undefined, place: undefined });
  const begin = (claims: Claims) => {
    if (!transport.isOpen) return;
    const connection = new Connection(gateway.connectionDeps, transport, claims);
    transport.connection = connection;
    connection.open(place);
    for (const { message, isBinary } of transport.release()) read(connection, message, isBinary);
  };
  identify(gateway, visitor, begin, ({ code, detail = '' }) => {
    const reason = code === 'unauthenticated' ? 'sessionRevoked' : 'restarting';
    gateway.counters.closed(closeCodes[reason].code);
    transport.close(closeCodes[reason].code, detail);
  });
}

/** What a socket carries: at first what it opens with, then its transport. */
export interface SocketData extends Opening {
  transport: WebSocketTransport;
}
