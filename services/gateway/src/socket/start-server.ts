import { limits } from '@parley/protocol';
import { chooseLibrary } from './choose-library.ts';
import { createHandlers } from './routes.ts';
import type { ServerDeps } from './server-deps.ts';
import type { SocketServer } from './socket-server.ts';

/**
 * Opens the gateway's port. Resolves once the port is open. Rejects if it cannot be opened, or if
 * `SOCKETS=uws` and uWebSockets.js has no binary for this machine.
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
      // Larger than the protocol allows, so that the gateway itself can close the connection with
      // 4013 for a frame between the two limits.
      maxMessage: 4 * limits.frameBytes,
      // Longer than the keepalive sweep and the close of a slow reader need, so that these close a
      // connection first.
      idleTime: 2 * config.heartbeat + config.stallTime + 60_000,
      onError: (error) => log.error({ err: error }, 'socket handler failed'),
    },
    createHandlers(deps),
  );
}
