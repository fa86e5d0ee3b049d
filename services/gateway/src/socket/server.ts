import type { HttpResponse, us_listen_socket, WebSocket } from 'uWebSockets.js';
import { errorCodes, limits, readFrame } from '@parley/protocol';
import { type Answer, healthyBody, metricsText, readyBody } from '@parley/service';
import { carryOut } from '../commands/index.ts';
import { Connection } from '../connection.ts';
import { errorFrame } from '../frames.ts';
import type { Gateway } from '../gateway.ts';
import { loadNative } from './native.ts';
import { type Admission, upgrade } from './upgrade.ts';
import { WebSocketTransport } from './websocket.ts';

/**
 * Opens the gateway's port: `/v1/socket`, and the health of every process. Resolves once it is open; rejects when it is in use
 * or uWebSockets.js does not run here.
 */
export async function startServer(gateway: Gateway): Promise<Server> {
  const native = loadNative();
  const { config } = gateway;
  const app = native.App();
  app.ws<SocketData>('/v1/socket', {
    // Frames over the protocol's limit are answered with 4013; only those far beyond it end without a word.
    maxPayloadLength: 4 * limits.frameBytes,
    maxBackpressure: 0,
    compression: native.DISABLED,
    // The rounds send pings and end silent sockets; this only bounds how long a closing one waits for its peer.
    sendPingsAutomatically: false,
    idleTimeout: Math.min(960, Math.ceil((2 * config.heartbeat + config.stallTime) / 1000) + 60),
    upgrade: (response, request, context) => upgrade(gateway, response, request, context),
    open: (socket) => open(gateway, socket),
    message: (socket, message, isBinary) => read(gateway, socket.getUserData(), message, isBinary),
    pong: (socket) => hear(gateway, socket.getUserData()),
    ping: (socket) => hear(gateway, socket.getUserData()),
    drain: (socket) => socket.getUserData().connection?.flushed(socket.getBufferedAmount()),
    close: (socket) => socket.getUserData().transport?.closed(),
  });
  app.get('/healthz', (response) => answer(response, healthyBody()));
  app.get('/readyz', (response) => answer(response, readyBody(gateway.ready)));
  app.get('/metrics', (response) => answer(response, metricsText(gateway.metrics)));
  app.any('/*', (response) => {
    const { title } = errorCodes['not-found'];
    response.writeStatus('404 Not Found').writeHeader('content-type', 'application/problem+json');
    response.end(JSON.stringify({ type: 'about:blank', title, status: 404, code: 'not-found', detail: title }));
  });

  const listen = app.listen.bind(app) as unknown as ListenExclusively;
  const socket = await new Promise<us_listen_socket>((resolve, reject) => {
    listen(config.host, config.port, EXCLUSIVE, (opened) => {
      if (opened) resolve(opened);
      else reject(new Error(`cannot listen on ${config.host}:${config.port}; is the port in use?`));
    });
  });
  let listening = true;
  return {
    port: native.us_socket_local_port(socket),
    stopListening: () => {
      if (listening) native.us_listen_socket_close(socket);
      listening = false;
    },
    stop: () => app.close(),
  };
}

function open(gateway: Gateway, socket: WebSocket<SocketData>): void {
  const data = socket.getUserData();
  const { claims, place } = data;
  const transport = new WebSocketTransport(socket);
  const connection = new Connection(gateway, transport, claims);
  transport.connection = connection;
  data.transport = transport;
  data.connection = connection;
  // What a connection needs of them it has; there may be a hundred thousand of these.
  Object.assign(data, { claims: undefined, place: undefined });
  connection.open(place);
}

/** A client frame: read, and carried out. */
function read(gateway: Gateway, { connection }: SocketData, message: ArrayBuffer, isBinary: boolean): void {
  if (!connection || connection.closed) return;
  connection.heard = gateway.clock.now;
  gateway.counters.frames += 1;
  if (isBinary) return connection.close('protocolError', 'frames are text');
  if (message.byteLength > limits.frameBytes) return connection.close('frameTooLarge', 'frame too large');
  if (!connection.admit(1)) return connection.close('tooManyFrames', 'too many frames');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(message).toString());
  } catch {
    return connection.close('protocolError', 'not JSON');
  }
  const reading = readFrame(value);
  if (reading.ok) return carryOut(gateway, connection, reading.frame);
  gateway.counters.refused += 1;
  connection.reply(errorFrame(reading.ref, 'bad-frame', reading.message));
}

function hear(gateway: Gateway, { connection }: SocketData): void {
  if (connection) connection.heard = gateway.clock.now;
}

async function answer(response: HttpResponse, pending: Answer | Promise<Answer>): Promise<void> {
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const { status, type, body } = await pending;
  if (aborted) return;
  response.cork(() => {
    response.writeStatus(status === 200 ? '200 OK' : '503 Service Unavailable').writeHeader('content-type', type);
    response.writeHeader('cache-control', 'no-store').end(body);
  });
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

interface SocketData extends Admission {
  transport?: WebSocketTransport;
  connection?: Connection;
}

export interface Server {
  readonly port: number;
  /** New connections are refused by the system from here on. */
  stopListening(): void;
  /** Closes the port and every socket. */
  stop(): void;
}
