import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { OpenEnv } from '../app-context.ts';

/**
 * Maximum time in ms for reading the rest of a body. `DRAIN_BYTES` is the maximum size in bytes.
 */
const DRAIN_MS = 2000;
const DRAIN_BYTES = 16 * 2 ** 20;

/**
 * Reads and discards the part of a request body that the handler has not read, before the response
 * is sent. Clients and proxies can then send their next request over the same connection. If the
 * rest is too long or does not arrive, the response announces that the connection closes.
 */
export const drainBody: MiddlewareHandler<OpenEnv> = async (c, next) => {
  await next();
  const { incoming } = c.env as HttpBindings;
  if (incoming.complete || !hasBody(incoming)) return;
  await drain(incoming);
  if (!incoming.complete) c.header('connection', 'close');
};

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

async function drain(incoming: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    let bytes = 0;
    // Detaches the framework's stream, because it would pause the body.
    incoming.removeAllListeners('data');
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAIN_BYTES) done();
    });
    incoming.once('end', done).once('close', done);
    incoming.resume();
  });
}
