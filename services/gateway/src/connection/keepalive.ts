import type { Gateway } from '../start-gateway.ts';
import type { Connection } from './connection.ts';

/**
 * Looks after every connection once a second: closes those whose token ended or that make no progress, asks the others for a
 * sign of life when it is time, and ends those that gave none.
 */
export function makeRounds(gateway: Gateway): void {
  const now = gateway.clock.now;
  const heartbeat = Math.ceil(gateway.config.heartbeat / 1000);
  const stall = Math.ceil(gateway.config.stallTime / 1000);
  for (const connection of gateway.hub.connections) {
    if (connection.expires <= now) connection.close('tokenEnded', 'token ended');
    else if (connection.stalledAt > 0) {
      if (!progressed(connection, now) && now - connection.stalledAt > stall)
        connection.close('noProgress', 'no progress');
    } else if (now - connection.heard > 2 * heartbeat) {
      // The peer vanished without closing; a close frame would wait for it in vain.
      connection.transport.terminate();
    } else if (now - connection.pinged >= heartbeat) {
      connection.pinged = now;
      connection.transport.ping();
    }
  }
}

/** A slow reader may be slow as long as it reads. */
function progressed(connection: Connection, now: number): boolean {
  const unsent = connection.transport.unsent();
  if (unsent >= connection.stalledUnsent) return false;
  connection.stalledUnsent = unsent;
  connection.stalledAt = now;
  return true;
}
