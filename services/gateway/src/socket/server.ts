import type { HttpResponse, us_listen_socket, WebSocket, WebSocketBehavior } from 'uWebSockets.js';
import { limits } from '@parley/protocol';
import { type Answer, healthyBody, metricsText, readyBody } from '@parley/service';
import type { Connection } from '../connection/connection.ts';
import { openEventStream } from './event-stream.ts';
import { answer, preflight, refuse } from './http.ts';
import { layimSocket } from './layim.ts';
import { loadNative } from './native.ts';
import { openSocket, type SocketData } from './open.ts';
import { poll } from './poll.ts';
import { takeFrame } from './post-frame.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';
import { upgrade } from './upgrade.ts';
import { WebSocketTransport } from './websocket.ts';

/**
 * Opens the gateway's port: `/v1/socket`, its other transports, LayIM's socket, and the health of every process. Resolves once it is open; rejects when it is in use
 * or uWebSockets.js does not run here.
 */
export async function startServer(gateway: Gateway): Promise<Server> {
  const native = loadNative(gateway.config.maxHeaders);
  const { config } = gateway;
  const app = native.App();
  const readFrom = (connection: Connection, message: ArrayBuffer, isBinary: boolean) =>
    gateway.frames.receive(connection, Buffer.from(message), isBinary);
  const socketBehavior: WebSocketBehavior<SocketData> = {
    // Frames over the protocol's limit are answered with 4013; only those far beyond it end without a word.
    maxPayloadLength: 4 * limits.frameBytes,
    maxBackpressure: 0,
    compression: native.DISABLED,
    // The rounds send pings and end silent sockets; this only bounds how long a closing one waits for its peer.
    sendPingsAutomatically: false,
    idleTimeout: Math.min(960, Math.ceil((2 * config.heartbeat + config.stallTime) / 1000) + 60),
    upgrade: (response, request, context) => upgrade(gateway, response, request, context),
    open: (socket) => openSocket(gateway, socket, new WebSocketTransport(socket), readFrom),
    message: (socket, message, isBinary) => {
      const { connection } = transportOf(socket);
      if (connection) readFrom(connection, message, isBinary);
      else transportOf(socket).hold(message, isBinary);
    },
    pong: (socket) => transportOf(socket).connection?.alive(),
    ping: (socket) => transportOf(socket).connection?.alive(),
    drain: (socket) => transportOf(socket).connection?.flushed(socket.getBufferedAmount()),
    close: (socket, code) => {
      const transport = transportOf(socket);
      // Those that this gateway closes are counted already.
      if (transport.connection && transport.isOpen) gateway.counters.closed(code);
      transport.closed();
    },
  };
  app.ws('/v1/socket', socketBehavior);
  app.ws('/layim/socket', { ...socketBehavior, ...layimSocket(gateway) });
  app.get('/v1/events', (response, request) => openEventStream(gateway, response, request));
  app.get('/v1/poll', (response, request) => poll(gateway, response, request));
  app.post('/v1/frames', (response, request) => takeFrame(gateway, response, request));
  app.options('/v1/*', (response, request) => preflight(gateway, response, request));
  app.get('/healthz', (response) => health(response, healthyBody()));
  app.get('/readyz', (response) => health(response, readyBody(gateway.ready)));
  app.get('/metrics', (response) => health(response, metricsText(gateway.metrics)));
  app.any('/*', (response) => refuse(response, { code: 'not-found' }));

  const listen = app.listen.bind(app) as unknown as ListenExclusively;
  const socket = await new Promise<us_listen_socket>((resolve, reject) => {
    listen(config.host, config.port, EXCLUSIVE, (opened) => {
      if (opened) resolve(opened);
      else reject(new Error(`cannot listen on ${config.host}:${config.port}; is the port in use?`));
    });
  });
  return {
    port: native.us_socket_local_port(socket),
    stop: () => app.close(),
  };
}

async function health(response: HttpResponse, pending: Answer | Promise<Answer>): Promise<void> {
  response.onAborted(() => {
    response.aborted = true;
  });
  answer(response, await pending);
}

function transportOf(socket: WebSocket<SocketData>): WebSocketTransport {
  return socket.getUserData().transport;
}

/** LIBUS_LISTEN_EXCLUSIVE_PORT: two gateways on one port would share its connections without a word. */
const EXCLUSIVE = 1;

/** Takes host, port and options together, which its types leave out. */
type ListenExclusively = (
  host: string,
  port: number,
  options: number,
  opened: (socket: us_listen_socket | false) => void,
) => void;

export interface Server {
  readonly port: number;
  /** Closes the port and every socket. */
  stop(): void;
}
