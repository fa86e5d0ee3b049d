/**
 * How far connections are behind their inboxes: how many are catching up, and the most events one
 * of them has yet to send.
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
