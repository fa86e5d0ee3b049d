import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './write-pins.lua';

/** Seconds for which Redis keeps the copy of a conversation's pinned messages. */
const PINS_TTL = 86_400;

const script = createScript('write-pins', [source]);

/** Thrown if the conversation already has the maximum number of pinned messages. */
export class PinsFull extends Error {
  override name = 'PinsFull';
}

/**
 * Thrown if Redis has no copy of the conversation's pinned messages. To get one, send the request
 * `pins` to the recorder.
 */
export class PinsUnknown extends Error {
  override name = 'PinsUnknown';
}

/** Returns whether Redis has a copy of the pinned messages of a conversation. */
export async function knowsPins({ client, keys }: RedisConnection, conversation: string): Promise<boolean> {
  return (await client.exists(keys.pins(conversation))) === 1;
}

/**
 * Copies the ids of a conversation's pinned messages to Redis. `mutate` uses the copy to limit the
 * number of pins. No-op if Redis has a copy already, because that copy also contains all later
 * pins.
 */
export async function writePins(redis: RedisConnection, conversation: string, ids: readonly number[]): Promise<void> {
  await redis.run(script, [redis.keys.pins(conversation)], [PINS_TTL, ...ids]);
}

/**
 * Returns how a mutation changes the set of pinned messages, as arguments of the script `mutate`.
 */
export function pinArguments(
  record: PinRecord,
  maxPins: number | undefined,
): readonly [name: string, id: number | '', maxPins: number | ''] {
  const { kind, user, chat, group } = record;
  if (kind !== 'recall' && (kind !== 'pin' || maxPins === undefined)) return ['', '', ''];
  const conversation = group ? groupConversation(chat) : userConversation(user, chat);
  const unpins = kind === 'recall' || !record.active;
  return [conversation, record.id, unpins ? '' : (maxPins ?? '')];
}

interface RecordHead {
  user: number;
  chat: number;
  group?: true;
}

type PinRecord = RecordHead &
  (
    | { kind: 'pin'; id: number; active: boolean }
    | { kind: 'recall'; id: number }
    | { kind: 'mark' | 'edit' | 'react' | 'hide' }
  );
