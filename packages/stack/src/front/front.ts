import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Paths that gateways serve. The api serves all others. */
const GATEWAY_PATHS = new Set(['/v1/socket', '/v1/events', '/v1/poll', '/v1/frames', '/layim/socket']);

/** Paths for operators, which the front does not forward. */
const OPERATOR_PATHS = new Set(['/metrics', '/readyz', '/healthz']);

/** Headers of one connection, which are not forwarded to another one. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer']);

/** Ms for which a gateway gets no connections after it refused one. */
const REST_MS = 1000;

/** Ms between two checks whether the files of the certificate have changed. */
const CERTIFICATE_CHECK_MS = 60_000;

/**
 * Starts a reverse proxy that serves a whole installation on one port: it forwards requests to the
 * api and, in turn, to the gateways. With a certificate it terminates TLS, and reads the
 * certificate again when its file changes.
 */
export async function startFront({ host, port, api, gateways, tls }: FrontOptions): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  const pool = new GatewayPool(gateways);
  const sockets = new Set<Duplex>();
  const forwarded = (incoming: IncomingMessage) => forwardedHeaders(incoming, tls !== undefined);

  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(incoming);
    // Forwards no absolute URL, because it could name any other server.
    if (path === undefined) return void response.writeHead(400).end();
    if (OPERATOR_PATHS.has(path)) return void response.writeHead(404).end();
    const target = GATEWAY_PATHS.has(path) ? pool.next() : api;
    const outgoing = request(target, {
      ...{ method: incoming.method ?? 'GET', path: incoming.url ?? '/', agent, headers: forwarded(incoming) },
    });
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', () => {
      pool.rest(target);
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { 'retry-after': '1' }).end();
    });
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };

  const onUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!GATEWAY_PATHS.has(pathOf(incoming) ?? '')) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    connectToGateway(pool, gateways.length).then(
      (upstream) => tunnel(incoming, socket, head, upstream, forwarded(incoming)),
      () => socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n'),
    );
  };

  const server = tls ? await startTls(tls) : { server: createServer(), stop: () => {} };
  // Clients keep connections open while they wait for events.
  server.server.keepAliveTimeout = 65_000;
  server.server.on('request', onRequest).on('upgrade', onUpgrade);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject).listen(port, host, () => resolve());
  });
  const stop = async () => {
    server.stop();
    const closed = new Promise<void>((resolve) => void server.server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    server.server.closeAllConnections();
    agent.destroy();
    await closed;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

/** The gateways, of which each connection gets the next one that did not refuse the last one. */
class GatewayPool {
  readonly #urls: readonly string[];
  readonly #restsUntil = new Map<string, number>();
  #turn = 0;

  constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  next(): string {
    const now = performance.now();
    const awake = this.#urls.filter((url) => (this.#restsUntil.get(url) ?? 0) <= now);
    const urls = awake.length > 0 ? awake : this.#urls;
    this.#turn += 1;
    return urls[this.#turn % urls.length] ?? '';
  }

  rest(url: string): void {
    this.#restsUntil.set(url, performance.now() + REST_MS);
  }
}

/** Connects to a gateway. Tries another one if it refuses. Rejects if all refuse. */
async function connectToGateway(pool: GatewayPool, attempts: number): Promise<Socket> {
  for (let attempt = 1; ; attempt += 1) {
    const url = new URL(pool.next());
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(Number(url.port), url.hostname, () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      pool.rest(url.origin);
      if (attempt >= attempts) throw error;
    }
  }
}

/** Sends the request for an upgrade to a gateway, then passes on all bytes of both sides. */
function tunnel(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  upstream: Socket,
  forwarded: Record<string, string | string[] | undefined>,
): void {
  const headers = { ...forwarded, connection: 'Upgrade', upgrade: incoming.headers.upgrade };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined).map((each) => `${name}: ${each}`),
  );
  upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  upstream.write(head);
  upstream.setNoDelay(true);
  upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
  if (socket.destroyed) upstream.destroy();
  upstream.pipe(socket).pipe(upstream);
}

/**
 * Returns the headers of a request for the service. With TLS, the client is the sender of the
 * request. Without TLS, a proxy is, whose `X-Forwarded-For` is kept.
 */
function forwardedHeaders(incoming: IncomingMessage, tls: boolean): Record<string, string | string[] | undefined> {
  const kept = Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'upgrade');
  const before = tls ? undefined : incoming.headers['x-forwarded-for'];
  const addresses = [before, incoming.socket.remoteAddress?.replace(/^::ffff:/, '')].filter(Boolean).join(', ');
  return { ...Object.fromEntries(kept), 'x-forwarded-for': addresses, ...(tls && { 'x-forwarded-proto': 'https' }) };
}

function endToEnd(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = raw.slice(i, i + 2);
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/**
 * Returns the decoded path of a request, as the api decodes it. Undefined if the request's target
 * is not a path.
 */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/')) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Creates a TLS server that reads its certificate again when a file changes. */
async function startTls({
  cert,
  key,
  checkInterval = CERTIFICATE_CHECK_MS,
}: TlsFiles): Promise<{ server: TlsServer; stop: () => void }> {
  const read = async () => ({ cert: await readFile(cert), key: await readFile(key) });
  const server = createTlsServer(await read());
  // Keeps the old certificate while the files do not match, as between the writes of both.
  const reload = () =>
    void read()
      .then((context) => server.setSecureContext(context))
      .catch(() => {});
  for (const file of [cert, key]) watchFile(file, { interval: checkInterval, persistent: false }, reload);
  const stop = () => {
    for (const file of [cert, key]) unwatchFile(file, reload);
  };
  return { server, stop };
}

interface FrontOptions {
  host: string;
  port: number;
  /** Root of the api. */
  api: string;
  /** Roots of the gateways. */
  gateways: readonly string[];
  /** Default: no TLS, because a proxy in front of this one terminates it. */
  tls?: TlsFiles | undefined;
}

/** Paths of the certificate chain and of its key, in PEM format. */
export interface TlsFiles {
  cert: string;
  key: string;
  /** Ms between two checks whether the files have changed. Default: one minute. */
  checkInterval?: number;
}

/** A running reverse proxy. */
export interface Front extends AsyncDisposable {
  stop(): Promise<void>;
}
