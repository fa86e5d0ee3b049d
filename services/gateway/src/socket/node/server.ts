import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { OpenSocketServer, SocketHandlers, SocketServerOptions } from '../socket-server.ts';
import { NodeRequest } from './request.ts';
import { NodeResponse } from './response.ts';
import { isHandshake, NodeUpgrade } from './upgrade.ts';

/**
 * Ms for which an idle HTTP connection stays open. Longer than the idle timeout of load balancers.
 */
const KEEP_ALIVE = 75_000;

/** Opens a server that uses `node:http` and `ws`. */
export const serveWithNode: OpenSocketServer = async (options, handlers) => {
  const server = createHttpServer(options, handlers);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxMessage,
  });
  server.on('request', (message, response) => handle(options, handlers, message, response));
  server.on('upgrade', (message, socket: Socket, head) => {
    const response = new ServerResponse(message);
    response.assignSocket(socket);
    // Ends the connection after the response, because `node:http` has detached from the socket and
    // reads no further requests.
    response.shouldKeepAlive = false;
    response.once('finish', () => socket.destroySoon());
    const upgrade = upgradeOf(handlers, message);
    if (!upgrade) return handle(options, handlers, message, response);
    const pending = new NodeUpgrade({ message, socket, head, response, webSockets }, options);
    guard(options, () => upgrade(new NodeRequest(message), pending));
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

function createHttpServer({ maxHeaders, requestTime }: SocketServerOptions, handlers: SocketHandlers): Server {
  return createServer({
    maxHeaderSize: maxHeaders,
    headersTimeout: requestTime,
    // Fallback only: the body reader has a shorter timeout and sends an error response first.
    requestTimeout: requestTime + 2000,
    connectionsCheckingInterval: Math.min(1000, requestTime),
    keepAliveTimeout: KEEP_ALIVE,
    noDelay: true,
    // Lets Node.js 24.9 and newer handle a request to upgrade to another protocol as an ordinary
    // request. Java's HTTP client, for example, offers HTTP/2 in that way.
    ...{ shouldUpgradeCallback: (message: IncomingMessage) => upgradeOf(handlers, message) !== undefined },
  });
}

/** Returns the handler for a request that opens a WebSocket. Undefined for any other request. */
function upgradeOf({ upgrades }: SocketHandlers, message: IncomingMessage) {
  return isHandshake(message) ? upgrades.get(new NodeRequest(message).path) : undefined;
}

function handle(
  options: SocketServerOptions,
  handlers: SocketHandlers,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  guard(options, () => handlers.handle(new NodeRequest(message), new NodeResponse(message, response, options)));
}

/**
 * Runs `work` and passes its exceptions to `onError`, because an uncaught exception would end the
 * process.
 */
function guard({ onError }: SocketServerOptions, work: () => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

function listen(server: Server, { host, port }: SocketServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const cause = error.code === 'EADDRINUSE' ? 'is the port in use?' : error.message;
      reject(new Error(`cannot listen on ${host}:${port}; ${cause}`));
    });
    server.listen({ host, port, backlog: 4096 }, resolve);
  });
}
