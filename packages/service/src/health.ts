import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/**
 * Serves `/healthz`, `/readyz` and `/metrics` on a port of their own, for processes that serve nothing else. Resolves once the port
 * is open; rejects when it cannot be.
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

/** What `/healthz` answers: the process runs. Nothing outside it is asked, so that no outage gets it restarted. */
export function healthyBody(): Answer {
  return json(200, { ok: true });
}

/** What `/readyz` answers: 200, or 503 with the reasons. A check that throws, or takes longer than 5 s, is not ready. */
export async function readyBody(ready: Ready): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reasons: ['the check takes longer than 5 s'] }), 5000);
  });
  try {
    const { ok, reasons } = await Promise.race([Promise.resolve().then(ready), late]);
    return json(ok ? 200 : 503, { ok, reasons });
  } catch {
    return json(503, { ok: false, reasons: ['the check failed'] });
  } finally {
    clearTimeout(timer);
  }
}

/** What `/metrics` answers: the registry in Prometheus' text format. */
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
  /** 0 takes a free one. */
  port: number;
  ready: Ready;
  metrics: Registry;
}

export interface HealthServer {
  port: number;
  /** Closes the port and every connection to it. */
  stop(): Promise<void>;
}

/** Tells whether the process can serve now. */
export type Ready = () => Readiness | Promise<Readiness>;

/** `reasons` says what is missing; a process can be ready although something it can do without for now is away. */
export interface Readiness {
  ok: boolean;
  reasons: readonly string[];
}

/** An answer any HTTP server can give: status, content type, body. */
export interface Answer {
  status: number;
  type: string;
  body: string;
}
