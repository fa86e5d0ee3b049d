import type { RedisConnection } from '../connection/redis-connection.ts';
import { refName } from './ref-name.ts';

/**
 * Seconds after a loss in which refs are looked up in PostgreSQL, and for which copies of them
 * stay.
 */
const LOSS_TTL = 86_400;

/** Field of a copy that is complete. No ref name is empty. */
const COMPLETE = '';

/** Stores in Redis that it lost refs that PostgreSQL may hold. */
export async function noteRefLoss({ client, keys }: RedisConnection): Promise<void> {
  await client.set(keys.refsLost, '1', 'EX', LOSS_TTL);
}

/**
 * Returns whether Redis lost refs in the last day. A process that compared it with PostgreSQL
 * stores this.
 */
export async function lostRefs(redis: RedisConnection): Promise<boolean> {
  return lostAllRefs(redis) || (await redis.client.exists(redis.keys.refsLost)) === 1;
}

/**
 * Returns whether a server lost all its data in the last day. The loss is known once this process
 * has reconnected to the server.
 */
export function lostAllRefs({ lostAt }: Pick<RedisConnection, 'lostAt'>): boolean {
  return lostAt !== 0 && Date.now() - lostAt < LOSS_TTL * 1000;
}

/** Copies the refs of a sender's recorded messages in a conversation. */
export async function writeRecordedRefs(
  { client, keys }: RedisConnection,
  conversation: string,
  sender: number,
  refs: readonly RecordedRef[],
): Promise<void> {
  const key = keys.recordedRefs(conversation, sender);
  const fields = refs.flatMap(({ ref, id }) => [refName(sender, ref), id]);
  await client.hset(key, ...fields, COMPLETE, 0);
  await client.expire(key, LOSS_TTL);
}

/**
 * Lets `accept` recognise a resend of a recorded message. Resolves with false if the refs of the
 * sender in this conversation are not copied yet.
 */
export async function restoreRef(
  redis: RedisConnection,
  conversation: string,
  sender: number,
  ref: string,
): Promise<boolean> {
  const { client, keys } = redis;
  const name = refName(sender, ref);
  const [id, complete] = await client.hmget(keys.recordedRefs(conversation, sender), name, COMPLETE);
  if (complete === null || complete === undefined) return false;
  if (id) await client.zadd(keys.conversation(conversation), 'NX', Number(id), name);
  return true;
}

/** A ref of a message that PostgreSQL holds. */
export interface RecordedRef {
  ref: string;
  id: number;
}
