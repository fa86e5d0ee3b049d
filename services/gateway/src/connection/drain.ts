import { reconnectFrame } from '../frames.ts';
import type { Connection } from './connection.ts';

/** Ms for which a closing connection waits for the acknowledgement of its messages in flight. */
const LAST_ACKS_MS = 1000;

/** Ms between two checks whether the messages in flight are acknowledged. */
const POLL_MS = 10;

/**
 * Requests each client to reconnect at a random moment within `time` ms, so that the other gateways
 * do not get all clients at once. Closes each connection at that moment, or up to `LAST_ACKS_MS`
 * later if messages are in flight. Resolves when all connections are closed.
 */
export async function drainConnections(connections: Iterable<Connection>, time: number): Promise<void> {
  await Promise.all(
    [...connections].map(async (connection) => {
      const after = Math.floor(Math.random() * time);
      connection.reply(reconnectFrame(after));
      await wait(after);
      for (let waited = 0; connection.inFlight > 0 && waited < LAST_ACKS_MS && !connection.closed; waited += POLL_MS)
        await wait(POLL_MS);
      connection.close('restarting', 'restarting');
    }),
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
