import type { Log } from '@parley/service';
import type { Config } from '../config.ts';
import { serveWithNode } from './node/server.ts';
import type { OpenSocketServer } from './socket-server.ts';
import { loadUws } from './uws/load.ts';
import { serveWithUws } from './uws/server.ts';

/**
 * Chooses the socket library: uWebSockets.js if it has a binary for this machine, otherwise
 * `node:http` with `ws`. Logs a warning in the second case.
 *
 * @throws Error if `SOCKETS=uws` and no binary loads
 */
export function chooseLibrary(
  { sockets, maxHeaders }: Pick<Config, 'sockets' | 'maxHeaders'>,
  log: Log,
): OpenSocketServer {
  if (sockets === 'node') return serveWithNode;
  try {
    return serveWithUws(loadUws(maxHeaders));
  } catch (error) {
    const here = `Node.js ${process.versions.node} on ${process.platform}-${process.arch}`;
    const reason = error instanceof Error ? error.message : String(error);
    if (sockets === 'uws') throw new Error(`SOCKETS=uws, but uWebSockets.js does not load with ${here}: ${reason}`);
    log.warn({ reason }, `uWebSockets.js does not load with ${here}: sockets run on node:http and ws, which ${COST}`);
    return serveWithNode;
  }
}

/**
 * Costs of `node:http` and `ws` compared with uWebSockets.js, for the warning. Measured with `npm
 * run bench -- sockets` and `npm run bench -- idle`.
 */
const COST = 'needs about 10 % more CPU for each message and 3 KiB more memory for each idle connection';
