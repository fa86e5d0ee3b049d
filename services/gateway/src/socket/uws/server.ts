import type * as Uws from 'uWebSockets.js';
import type { TemplatedApp, us_listen_socket, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import type { OpenSocketServer, RequestLimits, SocketHandlers, SocketServerOptions } from '../socket-server.ts';
import { CorkHolder } from './cork-holder.ts';
import { UwsPeer } from './peer.ts';
import { UwsRequest } from './request.ts';
import { UwsResponse } from './response.ts';
import { type UwsSocketData, UwsUpgrade } from './upgrade.ts';

/**
 * Opens a server that uses uWebSockets.js. The library ends requests whose headers do not arrive
 * within 10 s.
 *
 * @param uws the loaded library, see `loadUws`
 */
export function serveWithUws(uws: typeof Uws): OpenSocketServer {
  return async (options, handlers) => {
    const app = uws.App();
    const corkHolder = new CorkHolder(app);
    for (const path of handlers.upgrades.keys()) app.ws(path, behavior(uws, path, options, handlers, corkHolder));
    app.any('/*', (native, nativeRequest) => {
      const request = new UwsRequest(nativeRequest, native);
      const response = new UwsResponse(native, options, request.method);
      guard(options, () => handlers.handle(request, response));
    });
    const port = uws.us_socket_local_port(await listen(app, options));
    await corkHolder.open(options.host, port);
    const stop = () => {
      corkHolder.close();
      app.close();
    };
    return { port, stop };
  };
}

function behavior(
  uws: typeof Uws,
  path: string,
  options: SocketServerOptions,
  handlers: SocketHandlers,
  corkHolder: CorkHolder,
): WebSocketBehavior<UwsSocketData> {
  const eventsOf = (socket: WebSocket<UwsSocketData>) => socket.getUserData().events;
  return {
    maxPayloadLength: options.maxMessage,
    // Never drops: the connection reads `unsent` and stops sending.
    maxBackpressure: 0,
    compression: uws.DISABLED,
    sendPingsAutomatically: false,
    idleTimeout: Math.min(960, Math.ceil(options.idleTime / 1000)),
    upgrade: (native, nativeRequest, context) => {
      const request = new UwsRequest(nativeRequest, native);
      const response = new UwsResponse(native, options, request.method);
      const upgrade = new UwsUpgrade(response, corkHolder, native, nativeRequest, context);
      guard(options, () => handlers.upgrades.get(path)?.(request, upgrade));
    },
    open: (socket) => {
      const data = socket.getUserData();
      if (data.upgrade) data.upgrade.peer = new UwsPeer(socket);
      data.upgrade = undefined;
    },
    message: (socket, message, isBinary) => {
      try {
        eventsOf(socket).message(Buffer.from(message), isBinary);
      } catch (error) {
        options.onError(error);
      }
    },
    pong: (socket) => guard(options, () => eventsOf(socket).alive()),
    ping: (socket) => guard(options, () => eventsOf(socket).alive()),
    drain: (socket) => guard(options, () => eventsOf(socket).drained()),
    close: (socket, code) => guard(options, () => eventsOf(socket).closed(code)),
  };
}

/** The library lets an exception end the process. */
function guard({ onError }: RequestLimits, work: () => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

function listen(app: TemplatedApp, { host, port }: SocketServerOptions): Promise<us_listen_socket> {
  const listenExclusively = app.listen.bind(app) as unknown as ListenExclusively;
  return new Promise((resolve, reject) => {
    listenExclusively(host, port, EXCLUSIVE, (opened) => {
      if (opened) resolve(opened);
      else reject(new Error(`cannot listen on ${host}:${port}; is the port in use?`));
    });
  });
}

/**
 * The library's option LIBUS_LISTEN_EXCLUSIVE_PORT. Without it, two gateways on one port would
 * silently share the port's connections.
 */
const EXCLUSIVE = 1;

/**
 * Type of `listen` with host, port and options. The library accepts them together, but its types do
 * not.
 */
type ListenExclusively = (
  host: string,
  port: number,
  options: number,
  opened: (socket: us_listen_socket | false) => void,
) => void;
