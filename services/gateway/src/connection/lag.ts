/**
 * Returns the number of connections that are catching up, and the number of unsent events of the
 * connection that is furthest behind.
 */
export function lagOf(connections: Iterable<{ readonly lag: number | undefined }>): Lag {
  const total = { connections: 0, events: 0 };
  for (const { lag } of connections) {
    if (lag === undefined) continue;
    total.connections += 1;
    total.events = Math.max(total.events, lag);
  }
  return total;
}

interface Lag {
  connections: number;
  events: number;
}
