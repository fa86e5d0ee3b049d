import { masterOf } from './masters.ts';
import type { Person, TestApi } from './test-api.ts';

/** Subscribes to a user's channel and records its first message. */
export async function listen({ redis }: TestApi, { id }: Person) {
  const client = (await masterOf(redis, redis.keys.user(id))).duplicate();
  await client.connect();
  const first = new Promise<string>((resolve) => client.once('smessage', (_, message) => resolve(message)));
  await client.ssubscribe(redis.keys.user(id));
  return { first, [Symbol.asyncDispose]: async () => client.disconnect() };
}
