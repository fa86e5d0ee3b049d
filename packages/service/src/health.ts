import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/**
 * Serves `/healthz`, `/readyz` and `/metrics` on a separate port, for processes that have no other
 * HTTP server. Resolves once the port is open. Rejects if the port is in use.
 */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const { host, port, ready, metrics } = options;
  const server = createServer(async (request, response) => {
    const answer = await healthAnswer(request.method ?? 'GET', request.url ?? '/', ready, metrics);
    response.writeHead(answer.status, { 'content-type': answer.type, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Returns the response of `/healthz`, which reports that the process runs. Checks nothing outside
 * the process, because an orchestrator would otherwise restart the process during an outage of
 * another server.
 */
export function healthyBody(): Answer {
  return json(200, { ok: true });
}

/**
 * Returns the response of `/readyz`: 200 if the process is ready, otherwise 503 with the reasons.
 * If the check throws or takes longer than 2 s, the process counts as not ready.
 */
export async function readyBody(ready: Ready): Promise<Answer> {
  const late: Readiness = { ok: false, reasons: ['the readiness check did not finish within 2 s'] };
  try {
    const { ok, reasons } = await within(READY_TIMEOUT_MS, Promise.resolve().then(ready), late);
    return json(ok ? 200 : 503, { ok, reasons });
  } catch {
    return json(503, { ok: false, reasons: ['the readiness check failed'] });
  }
}

/**
 * Checks concurrently all servers that a process depends on.
 *
 * @returns a reason for each server that is unavailable or does not respond within 1.5 s. An error
 * with a `reason` supplies it
 */
export async function checkServers(servers: Readonly<Record<string, () => Promise<unknown>>>): Promise<string[]> {
  const reasons = await Promise.all(
    Object.entries(servers).map(([name, check]) => {
      const checked = check().then(
        () => undefined,
        (error: unknown) => reasonOf(name, error),
      );
      return within(SERVER_TIMEOUT_MS, checked, `${name} does not respond`);
    }),
  );
  return reasons.filter((reason) => reason !== undefined);
}

/**
 * Returns why a server is unavailable. Adds the message of an error that an operator must know to
 * act: too many connections, a refused password, an invalid certificate.
 */
function reasonOf(name: string, error: unknown): string {
  const { reason, code = '', message } = (error ?? {}) as { reason?: string; code?: string; message?: string };
  if (reason !== undefined) return reason;
  return TELLING_CODES.test(code) ? `${name} is unavailable: ${message}` : `${name} is unavailable`;
}

/** Codes of PostgreSQL (53: out of connections, memory or disk; 28: sign-in) and of TLS. */
const TELLING_CODES = /^(53|28)\w{3}$|^CERT_|^ERR_TLS|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** Ms after which a readiness check that has not finished counts as failed. */
const READY_TIMEOUT_MS = 2000;

/**
 * Ms after which a server counts as not responding. Less than the timeout of the readiness check.
 */
const SERVER_TIMEOUT_MS = 1500;

async function within<T>(ms: number, promise: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the response of `/metrics`: all metrics in Prometheus' text format. */
export async function metricsText(metrics: Registry): Promise<Answer> {
  return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
}

async function healthAnswer(method: string, url: string, ready: Ready, metrics: Registry): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { ok: false });
  const path = url.split('?', 1)[0];
  if (path === '/healthz') return healthyBody();
  if (path === '/readyz') return await readyBody(ready);
  if (path === '/metrics') return await metricsText(metrics);
  return json(404, { ok: false });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

export interface HealthOptions {
  host: string;
  /** 0: a free port. */
  port: number;
  ready: Ready;
  metrics: Registry;
}

export interface HealthServer {
  port: number;
  /** Closes the port and all connections to it. */
  stop(): Promise<void>;
}

/** Returns whether the process can serve requests now. */
export type Ready = () => Readiness | Promise<Readiness>;

/**
 * Whether the process can serve requests. `reasons` lists what is unavailable. A process can be
 * ready even if `reasons` is not empty, because it still serves requests that do not need the
 * unavailable servers.
 */
export interface Readiness {
  ok: boolean;
  reasons: readonly string[];
}

/** A response for any HTTP server: status, content type and body. */
export interface Answer {
  status: number;
  type: string;
  body: string;
}
