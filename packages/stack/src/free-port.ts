import { createServer } from 'node:net';

/**
 * Returns a random port that is free at `host` now. The port is below the range that the system
 * uses for outgoing connections, so that another process is unlikely to bind it first.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (!given.has(port) && (await isFree(port, host))) {
      given.add(port);
      return port;
    }
  }
}

/**
 * Returns whether `port` can be bound at `host` now. Rejects if binding fails for any reason other
 * than EADDRINUSE.
 */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const given = new Set<number>();
