import { createServer } from 'node:net';

/**
 * A port nobody listens on at `host` now. Taken at random below the range from which systems choose the ports of outgoing
 * connections, so that neither those nor another test worker are likely to take it before its user does.
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

/** Whether `port` can be bound at `host` now. Rejects when binding fails for another reason than the port's being taken. */
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
