import type { RedisConnection } from '../connection/redis-connection.ts';
import { refName } from './ref-name.ts';

/**
 * Seconds after a loss of refs during which refs are looked up in PostgreSQL. Also the seconds for
 * which Redis keeps copies of these refs.
 */
const LOSS_TTL = 86_400;

/** Name of the field that marks a copy of refs as complete. No ref has an empty name. */
const COMPLETE = '';

/**
 * Stores in Redis that it has lost refs (idempotency keys) of messages that PostgreSQL might have.
 */
export async function noteRefLoss({ client, keys }: RedisConnection): Promise<void> {
  await client.set(keys.refsLost, '1', 'EX', LOSS_TTL);
}

/**
 * Returns whether Redis has lost refs in the last day, as stored by a process that compared Redis
 * with PostgreSQL.
 */
export async function lostRefs(redis: RedisConnection): Promise<boolean> {
  return lostAllRefs(redis) || (await redis.client.exists(redis.keys.refsLost)) === 1;
}

/**
 * Returns whether a Redis server has lost all its data in the last day. This process detects the
 * loss when it reconnects to the server.
 */
export function lostAllRefs({ lostAt }: Pick<RedisConnection, 'lostAt'>): boolean {
  return lostAt !== 0 && Date.now() - lostAt < LOSS_TTL * 1000;
}

/**
 * Copies the refs (idempotency keys) of a sender's messages in a conversation from PostgreSQL to
 * Redis.
 */
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
 * Adds the ref (the client's idempotency key) of a message that PostgreSQL has to the conversation
 * in Redis, so that `accept` detects a resend of that message. Resolves with false if
 * `writeRecordedRefs` has not yet copied the sender's refs from PostgreSQL to Redis.
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

/** The ref and id of a message that PostgreSQL has. */
export interface RecordedRef {
  ref: string;
  id: number;
}
