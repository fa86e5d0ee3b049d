import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { COUNTS_TTL } from './connect.ts';
import source from './write-focus.lua';

const script = createScript('write-focus', [source]);

/** Sets the chats that a user is looking at over the connections of one gateway. */
export async function writeFocus(redis: RedisConnection, { user, gateway, chats }: GatewayFocus): Promise<void> {
  // Converts the chats to a string only when the command is sent, so that the last write contains
  // the current chats.
  const ids = { toString: () => chats().join(',') };
  await redis.run(script, [redis.keys.focus(user)], [gateway, ids, COUNTS_TTL]);
}

export interface GatewayFocus {
  user: number;
  gateway: string;
  /**
   * Returns the ids of the peers and groups whose chats the user is looking at, at the time of the
   * write.
   */
  chats(): readonly number[];
}
