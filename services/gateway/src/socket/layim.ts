import type { HttpRequest, HttpResponse, us_socket_context_t, WebSocketBehavior } from 'uWebSockets.js';
import type { Connection } from '../connection/connection.ts';
import { Profiles } from '../layim/profiles.ts';
import { readMessage } from '../layim/read-message.ts';
import { admitConnection } from './admission.ts';
import { refuse } from './http.ts';
import { LayimTransport } from './layim-transport.ts';
import { openSocket, type SocketData } from './open.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

/**
 * `/layim/socket?token=…`: a WebSocket without subprotocol for an unchanged LayIM front end. It goes on where the user's LayIM was last, on
 * whatever machine, unless it names a `device` of its own.
 */
export function layimSocket(gateway: Gateway): Partial<WebSocketBehavior<SocketData>> {
  const profiles = new Profiles(gateway.redis);
  const transportOf = (data: SocketData) => data.transport as LayimTransport;
  const read = (connection: Connection, message: ArrayBuffer, isBinary: boolean) =>
    readLayim(gateway, connection, message, isBinary);
  return {
    upgrade: (response, request, context) => upgradeLayim(gateway, response, request, context),
    open: (socket) => openSocket(gateway, socket, new LayimTransport(socket, gateway, profiles), read),
    message: (socket, message, isBinary) => {
      const { connection } = transportOf(socket.getUserData());
      if (connection) read(connection, message, isBinary);
      else transportOf(socket.getUserData()).hold(message, isBinary);
    },
    drain: (socket) => transportOf(socket.getUserData()).drained(),
  };
}

function upgradeLayim(
  gateway: Gateway,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const token = request.getQuery('token');
  const visitor = admitConnection(gateway, request, { device: 'layim', ...(token ? { token } : {}) });
  if (visitor.code !== undefined) return refuse(response, visitor);
  response.upgrade(
    { visitor, place: 'acknowledged' },
    request.getHeader('sec-websocket-key'),
    '',
    request.getHeader('sec-websocket-extensions'),
    context,
  );
}

/** Carries out what the page sends; that it is refused is said in the chat window. */
async function readLayim(
  gateway: Gateway,
  connection: Connection,
  message: ArrayBuffer,
  isBinary: boolean,
): Promise<void> {
  const value = gateway.frames.parse(connection, Buffer.from(message), isBinary);
  if (value === undefined) return;
  // Its number makes it the connection's own, by which its copy is known when it comes back.
  const send = readMessage(value, `${connection.id}-${gateway.counters.frames}`);
  if (connection.opening) await connection.opening;
  if (connection.closed || !send) return;
  const transport = connection.transport as LayimTransport;
  if ('problem' in send) {
    gateway.counters.refused += 1;
    return transport.tell(send.chat, send.problem);
  }
  const reply = JSON.parse((await gateway.frames.run(connection, send.frame)) ?? '{}') as {
    type?: string;
    message: string;
  };
  if (reply.type === 'error' && !connection.closed) transport.tell(send.chat, reply.message);
}
