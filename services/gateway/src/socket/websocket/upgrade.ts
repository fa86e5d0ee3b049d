import { subprotocol } from '@parley/protocol';
import type { Connection } from '../../connection/connection.ts';
import { admitConnection } from '../admission.ts';
import { refuse } from '../http/replies.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { IncomingRequest, PendingUpgrade } from '../socket-server.ts';
import { openWebSocket, refuseVersion } from './open-websocket.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** Returns the handler of `GET /v1/socket`, a WebSocket that carries frames. */
export function socketUpgrade(deps: ServerDeps): (request: IncomingRequest, upgrade: PendingUpgrade) => void {
  const read = (connection: Connection, message: Buffer, isBinary: boolean) =>
    deps.frames.receive(connection, message, isBinary);
  const named = { deps, protocol: subprotocol, read };
  const unnamed = { deps, protocol: '', read };
  return (request, upgrade) => {
    if (refuseVersion(request, upgrade)) return;
    const visitor = admitConnection(deps, request);
    if (visitor.code !== undefined) return refuse(upgrade.response, visitor);
    const offered = request.header('sec-websocket-protocol').split(',');
    const route = offered.some((each) => each.trim() === subprotocol) ? named : unnamed;
    openWebSocket(deps, visitor, upgrade, new WebSocketTransport(route, upgrade));
  };
}
