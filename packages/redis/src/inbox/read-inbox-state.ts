import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns the number of events in a user's inbox, and how far each device of the user has
 * acknowledged them. Undefined if the user has no inbox: none of their events is stored.
 */
export async function readInboxState({ client, keys }: RedisConnection, user: number): Promise<InboxState | undefined> {
  const [newest] = await client.xrevrange(keys.inbox(user), '+', '-', 'COUNT', 1);
  const newestId = newest?.[0] ?? (await lastGeneratedId(client, keys.inbox(user)));
  if (newestId === undefined) return undefined;
  const [events, cursors, index] = await Promise.all([
    client.xlen(keys.inbox(user)),
    client.hgetall(keys.cursors(user)),
    client.hgetall(keys.index(user)),
  ]);
  const last = parse(newestId);
  const devices = Object.entries(cursors).map(([device, cursor]) => {
    const { epoch, offset } = parse(cursor);
    const acknowledged = index[`@${device}`];
    return {
      device,
      behind: epoch === last.epoch ? last.offset - offset : null,
      acknowledged: acknowledged === undefined ? null : Number(acknowledged) * 1000,
    };
  });
  devices.sort((a, b) => (a.device < b.device ? -1 : 1));
  return { began: last.epoch, events, last: last.offset, devices };
}

/** Returns the last id of a stream without entries. Undefined if the stream does not exist. */
async function lastGeneratedId(client: RedisConnection['client'], key: string): Promise<string | undefined> {
  if ((await client.exists(key)) === 0) return undefined;
  const info = (await client.xinfo('STREAM', key)) as string[];
  return info[info.indexOf('last-generated-id') + 1];
}

function parse(id: string): { epoch: number; offset: number } {
  const [epoch, offset] = id.split('-').map(Number);
  return { epoch: epoch ?? 0, offset: offset ?? 0 };
}

export interface InboxState {
  /** When the inbox got its present epoch, in Unix ms. Devices with an older cursor may reload. */
  began: number;
  /** Number of events that the inbox holds. */
  events: number;
  /** Offset of the newest event: the number of all events so far. */
  last: number;
  devices: InboxDevice[];
}

interface InboxDevice {
  device: string;
  /**
   * Number of events that the device has not acknowledged. Null: its cursor is of an older epoch.
   */
  behind: number | null;
  /** When the device last acknowledged events, in Unix ms, exact to four hours. Null: unknown. */
  acknowledged: number | null;
}
