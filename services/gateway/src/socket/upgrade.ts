import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { subprotocol } from '@parley/protocol';
import type { ResumePoint } from '@parley/redis';
import { admitConnection, placeOf, type Visitor } from './admission.ts';
import { refuse } from './http.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

/** Turns a request into a socket, or refuses it, at once: after an asynchronous wait this server would leak sockets. */
export function upgrade(
  gateway: Gateway,
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const visitor = admitConnection(gateway, request);
  if (visitor.code !== undefined) return refuse(response, visitor);
  const offered = request.getHeader('sec-websocket-protocol');
  const opening: Opening = { visitor, place: placeOf(request.getQuery('cursor')) };
  response.upgrade(
    opening,
    request.getHeader('sec-websocket-key'),
    offered.split(',').some((each) => each.trim() === subprotocol) ? subprotocol : '',
    request.getHeader('sec-websocket-extensions'),
    context,
  );
}

/** What an open socket starts with. */
export interface Opening {
  visitor: Visitor;
  place: ResumePoint;
}
