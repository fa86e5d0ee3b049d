import type { Link } from './link.ts';

/** Who of these users is online, and when the others were last. `live` names the gateways that live. */
export async function readPresence(
  link: Link,
  users: number[],
  live: Iterable<string>,
): Promise<Map<number, Presence>> {
  const gateways = new Set(live);
  const presences = await Promise.all(
    users.map(async (user): Promise<[number, Presence]> => {
      const [counts, seen] = await Promise.all([
        link.client.hgetall(link.keys.online(user)),
        link.client.get(link.keys.seen(user)),
      ]);
      const online = Object.keys(counts).some((gateway) => gateways.has(gateway));
      return [user, { online, lastSeen: online || seen === null ? null : Number(seen) }];
    }),
  );
  return new Map(presences);
}

export interface Presence {
  online: boolean;
  /** Ms since 1970; null while online and when not known. */
  lastSeen: number | null;
}
