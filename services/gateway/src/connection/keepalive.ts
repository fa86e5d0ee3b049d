/**
 * Checks every connection, once a second. Closes a connection if its token expired or its reader
 * makes no progress, ends it if its client has disappeared, and otherwise pings it when due.
 */
export function sweepConnections(connections: Iterable<{ keepAlive(): void }>): void {
  for (const connection of connections) connection.keepAlive();
}
