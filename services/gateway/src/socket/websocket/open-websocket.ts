import { Connection } from '../../connection/connection.ts';
import type { Claims } from '../../connection/connection-deps.ts';
import type { ConnectionVisitor } from '../admission.ts';
import { refuse } from '../http/replies.ts';
import { identifyConnection } from '../identify.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { IncomingRequest, PendingUpgrade } from '../socket-server.ts';
import type { WebSocketTransport } from './websocket-transport.ts';

/**
 * Refuses a handshake whose WebSocket version is not 13, that of RFC 6455. Returns whether it has
 * refused the handshake.
 */
export function refuseVersion(request: IncomingRequest, { response }: PendingUpgrade): boolean {
  if (request.header('sec-websocket-version') === '13') return false;
  const detail = 'Sec-WebSocket-Version must be 13.';
  refuse(response, { code: 'upgrade-required', detail }, { 'sec-websocket-version': '13' });
  return true;
}

/**
 * Starts the connection of an admitted client. The WebSocket opens when the connection sends the
 * welcome.
 */
export function openWebSocket(
  deps: ServerDeps,
  visitor: ConnectionVisitor,
  { response }: PendingUpgrade,
  transport: WebSocketTransport,
): void {
  const begin = (claims: Claims) => {
    if (response.done) return;
    transport.connection = new Connection(deps.connectionDeps, transport, claims);
    transport.connection.open(visitor.from).catch((error) => transport.failed(error));
  };
  identifyConnection(deps, visitor, begin, (why) => refuse(response, why));
}
