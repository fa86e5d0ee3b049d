import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './write-pins.lua';

/** Seconds for which the copy of the pinned messages of a conversation stays. */
const PINS_TTL = 86_400;

const script = createScript('write-pins', [source]);

/** The conversation has as many pinned messages as it may. */
export class PinsFull extends Error {
  override name = 'PinsFull';
}

/** Redis does not know which messages of the conversation are pinned. Request `pins`. */
export class PinsUnknown extends Error {
  override name = 'PinsUnknown';
}

/** Whether Redis knows which messages of a conversation are pinned. */
export async function knowsPins({ client, keys }: RedisConnection, conversation: string): Promise<boolean> {
  return (await client.exists(keys.pins(conversation))) === 1;
}

/**
 * Copies the ids of the pinned messages of a conversation, by which `mutate` limits their number.
 * No-op if there is a copy: pins since then are in it.
 */
export async function writePins(redis: RedisConnection, conversation: string, ids: readonly number[]): Promise<void> {
  await redis.run(script, [redis.keys.pins(conversation)], [PINS_TTL, ...ids]);
}

/** The change of the set of pinned messages that a mutation causes, as arguments of `mutate`. */
export function pinArguments(
  record: PinRecord,
  most: number | undefined,
): readonly [name: string, id: number | '', most: number | ''] {
  const { kind, user, chat, group } = record;
  if (kind !== 'recall' && (kind !== 'pin' || most === undefined)) return ['', '', ''];
  const conversation = group ? groupConversation(chat) : userConversation(user, chat);
  const unpins = kind === 'recall' || !record.active;
  return [conversation, record.id, unpins ? '' : (most ?? '')];
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
