import { groupConversation, userConversation } from '@parley/protocol';
import { awaitRecorded, type RedisConnection, recentConversations } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import type { ChatKey } from '../queries/chat-key.ts';

/**
 * Maximum ms for which a request waits for recorders, so that the response contains everything that
 * was accepted earlier. If no recorder runs, the response contains what is recorded.
 */
const MAX_WAIT_MS = 1000;

/** Ms for which no request waits after one waited too long, because probably no recorder runs. */
const PAUSE_MS = 5000;

/** The end of the pause in which no request waits, as a value of `performance.now()`. */
const paused = new WeakMap<RedisConnection, number>();

/**
 * Waits until PostgreSQL has everything that was accepted in a chat before the call, `MAX_WAIT_MS`
 * at most. Resolves with whether it has.
 */
export async function awaitChat(context: Context, { owner, peer, group }: ChatKey): Promise<boolean> {
  return await awaitConversations(context, async () => [
    group ? groupConversation(peer) : userConversation(owner, peer),
  ]);
}

/**
 * Waits until PostgreSQL has everything that a user's devices received or sent before the call,
 * `MAX_WAIT_MS` at most. Resolves with whether it has.
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
  const recorded = async () => awaitRecorded(redis, await find(), isPaused ? 0 : MAX_WAIT_MS);
  // The history stays readable while Redis is unavailable.
  const inTime = await Promise.race([recorded().catch(() => false), late]);
  clearTimeout(timer);
  if (!inTime && !isPaused) paused.set(redis, performance.now() + PAUSE_MS);
  return inTime;
}

type Context = Pick<AppContext, 'redis'> & { config: Pick<AppContext['config'], 'history'> };
