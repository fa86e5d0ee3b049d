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
 * `GET /layim/socket?token=…`: a WebSocket without subprotocol for an unchanged LayIM front end.
 * All LayIM pages of a user share one resume point, unless the URL has a `device`. Returns the
 * handler of upgrade requests.
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
 * Handles a message of the page as a `send` frame. If it is refused, the chat window shows the
 * reason.
 */
async function readLayim(deps: ServerDeps, connection: Connection, message: Buffer, isBinary: boolean): Promise<void> {
  const value = deps.frames.parse(connection, message, isBinary);
  if (value === undefined) return;
  // The number makes the ref unique for this connection, so that the copy of the message is
  // recognised.
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
