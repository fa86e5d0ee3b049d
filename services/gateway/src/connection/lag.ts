/**
 * Returns the number of connections that are catching up, that is, reading missed events from their
 * inbox, and the largest number of events that one of them has not sent yet.
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
