import type { Connection } from '../../connection/connection.ts';
import { Profiles } from '../../layim/profiles.ts';
import { readMessage } from '../../layim/read-message.ts';
import { admitConnection } from '../admission.ts';
import { refuse } from '../http/replies.ts';
import type { ServerDeps } from '../server-deps.ts';
import type { IncomingRequest, PendingUpgrade } from '../socket-server.ts';
import { openWebSocket, refuseVersion } from '../websocket/open-websocket.ts';
import { LayimTransport } from './layim-transport.ts';

/**
 * Returns the handler of `GET /layim/socket?token=…`: a WebSocket without subprotocol for unchanged
 * LayIM pages. All LayIM pages of a user share one device id and thus one resume point, unless the
 * URL contains a `device`.
 */
export function layimUpgrade(deps: ServerDeps): (request: IncomingRequest, upgrade: PendingUpgrade) => void {
  const profiles = new Profiles(deps.redis);
  const read = (connection: Connection, message: Buffer, isBinary: boolean) =>
    readLayim(deps, connection, message, isBinary);
  const route = { deps, protocol: '', read };
  return (request, upgrade) => {
    if (refuseVersion(request, upgrade)) return;
    const token = request.query('token');
    const visitor = admitConnection(deps, request, { device: 'layim', cursor: '', ...(token && { token }) });
    if (visitor.code !== undefined) return refuse(upgrade.response, visitor);
    openWebSocket(deps, visitor, upgrade, new LayimTransport(route, upgrade, profiles));
  };
}

/**
 * Runs a message of the page as a `send` frame. If the message is refused, shows the reason in the
 * chat window.
 */
async function readLayim(deps: ServerDeps, connection: Connection, message: Buffer, isBinary: boolean): Promise<void> {
  const value = deps.frames.parse(connection, message, isBinary);
  if (value === undefined) return;
  // The ref contains the connection id and a number, so that the transport recognises copies of the
  // page's own messages.
  const send = readMessage(value, `${connection.id}-${deps.counters.frames}`);
  if (connection.opening) await connection.opening;
  if (connection.closed || !send) return;
  const transport = connection.transport as LayimTransport;
  if ('problem' in send) {
    deps.counters.refuse('bad-frame');
    return transport.show(send.chat, send.problem);
  }
  const reply = JSON.parse((await deps.frames.run(connection, send.frame)) ?? '{}') as {
    type?: string;
    message: string;
  };
  if (reply.type === 'error' && !connection.closed) transport.show(send.chat, reply.message);
}
