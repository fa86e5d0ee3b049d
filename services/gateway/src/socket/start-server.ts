import { limits } from '@parley/protocol';
import { chooseLibrary } from './choose-library.ts';
import { createHandlers } from './routes.ts';
import type { ServerDeps } from './server-deps.ts';
import type { SocketServer } from './socket-server.ts';

/**
 * Opens the gateway's port. Resolves once it is open; rejects if it cannot be opened, or
 * `SOCKETS=uws` does not run here.
 */
export function startServer(deps: ServerDeps): Promise<SocketServer> {
  const { config, log } = deps;
  const open = chooseLibrary(config, log);
  return open(
    {
      host: config.host,
      port: config.port,
      maxHeaders: config.maxHeaders,
      requestTime: config.requestTime,
      // Up to here a frame over the protocol's limit is answered with 4013.
      maxMessage: 4 * limits.frameBytes,
      // Beyond what the keepalive sweep and the close of a slow reader take.
      idleTime: 2 * config.heartbeat + config.stallTime + 60_000,
      onError: (error) => log.error({ err: error }, 'socket handler failed'),
    },
    createHandlers(deps),
  );
}
