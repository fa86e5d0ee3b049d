import { reconnectFrame } from '../frames.ts';
import type { Gateway } from '../start-gateway.ts';

/** Ms that a connection gets to see its sends acknowledged, at most. */
const LAST_ACKS = 1000;

/**
 * Tells every client to reconnect at a random moment within the drain time, so that the other gateways are not all asked at
 * once, and closes each at its moment, sends under way acknowledged. Resolves when all are closed.
 */
export async function drain(gateway: Gateway): Promise<void> {
  const { connections } = gateway.hub;
  await Promise.all(
    [...connections].map(async (connection) => {
      const after = Math.floor(Math.random() * gateway.config.drainTime);
      connection.reply(reconnectFrame(after));
      await wait(after);
      for (let waited = 0; connection.inFlight > 0 && waited < LAST_ACKS && !connection.closed; waited += 10)
        await wait(10);
      connection.close('restarting', 'restarting');
    }),
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
