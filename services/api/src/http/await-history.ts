import { groupConversation, userConversation } from '@parley/protocol';
import { awaitRecorded, type RedisConnection, recentConversations } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import type { ChatKey } from '../queries/chat-key.ts';

/**
 * Maximum ms that a request waits for recorders, so that the response contains every message that
 * was accepted before the request. If no recorder runs, the response contains only what PostgreSQL
 * has.
 */
const MAX_WAIT_MS = 1000;

/**
 * Duration in ms of the pause after a wait timed out, in which requests do not wait, because
 * probably no recorder runs.
 */
const PAUSE_MS = 5000;

/** Maps a Redis connection to the end of its pause, as a value of `performance.now()`. */
const paused = new WeakMap<RedisConnection, number>();

/**
 * Waits until every event that was accepted in a chat before the call is in PostgreSQL, for
 * `MAX_WAIT_MS` at most. Resolves with false if the time ran out.
 */
export async function awaitChat(context: Context, { owner, peer, group }: ChatKey): Promise<boolean> {
  return await awaitConversations(context, async () => [
    group ? groupConversation(peer) : userConversation(owner, peer),
  ]);
}

/**
 * Waits until every event that a user sent or received before the call is in PostgreSQL, for
 * `MAX_WAIT_MS` at most. Resolves with false if the time ran out.
 */
export async function awaitChats(context: Context, user: number): Promise<boolean> {
  return await awaitConversations(context, () => recentConversations(context.redis, user));
}

async function awaitConversations({ config, redis }: Context, find: () => Promise<string[] | 'all'>): Promise<boolean> {
  if (config.history === 'relay') return true;
  const isPaused = performance.now() < (paused.get(redis) ?? 0);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, MAX_WAIT_MS, false);
  });
  const recorded = async () => {
    const timeout = isPaused ? 0 : MAX_WAIT_MS;
    const conversations = await find();
    return await (conversations === 'all' ? awaitAll(redis, timeout) : awaitRecorded(redis, conversations, timeout));
  };
  // Ignores errors of Redis, so that the history stays readable while Redis is unavailable.
  const inTime = await Promise.race([recorded().catch(() => false), late]);
  clearTimeout(timer);
  if (!inTime && !isPaused) paused.set(redis, performance.now() + PAUSE_MS);
  return inTime;
}

/**
 * Waits until the events of all conversations are in PostgreSQL. Calls that arrive during a check
 * share the next check: after Redis has lost data, many users need this check at the same time, and
 * each check reads every bucket.
 */
function awaitAll(redis: RedisConnection, timeout: number): Promise<boolean> {
  const state = checks.get(redis) ?? {};
  checks.set(redis, state);
  const start = () => {
    state.next = undefined;
    const check = awaitRecorded(redis, 'all', timeout).finally(() => {
      if (state.running === check) state.running = undefined;
    });
    state.running = check;
    return check;
  };
  if (state.running === undefined) return start();
  state.next ??= state.running.then(start, start);
  return state.next;
}

/**
 * Maps a Redis connection to the running check of all conversations and the check that follows it.
 */
const checks = new WeakMap<
  RedisConnection,
  { running?: Promise<boolean> | undefined; next?: Promise<boolean> | undefined }
>();

type Context = Pick<AppContext, 'redis'> & { config: Pick<AppContext['config'], 'history'> };
