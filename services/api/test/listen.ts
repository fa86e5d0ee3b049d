import { masterOf } from './masters.ts';
import type { Person, TestApi } from './test-api.ts';

/** Records the first message that the gateways of a user receive from now on. */
export async function listen({ redis }: TestApi, { id }: Person) {
  const client = (await masterOf(redis, redis.keys.user(id))).duplicate();
  await client.connect();
  const first = new Promise<string>((resolve) => client.once('smessage', (_, message) => resolve(message)));
  await client.ssubscribe(redis.keys.user(id));
  return { first, [Symbol.asyncDispose]: async () => client.disconnect() };
}
