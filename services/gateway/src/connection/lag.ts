/**
 * Returns how far connections are behind their inboxes: how many are catching up, and the maximum
 * number of unsent events of one of them.
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
