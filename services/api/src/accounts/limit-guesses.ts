import { takeTokens } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import { Refusal } from '../http/refusal.ts';

/**
 * Counts an attempt to guess a secret of an account, before the secret is checked. Responds 429
 * after too many wrong guesses. Failed guesses count per account and address, so that a stranger's
 * guesses never lock the owner out. A known device has its own count, so that it can sign in even
 * from the stranger's address.
 *
 * While an account is attacked from many addresses, each address is allowed fewer guesses, so that
 * the owner can still sign in from a new address.
 *
 * @throws Refusal `too-many`
 */
export async function limitGuesses(context: AppContext, { account, address, device }: Guesser): Promise<Guess> {
  const { signInsPerMinute: most, signInFailuresPerDay: daily, signInsPerAddress } = context.config.accounts;
  const buckets: [what: string, subject: string, perMinute: number, burst: number][] = [];
  if (device === undefined) {
    await take(context, ['sign-in-address', address, signInsPerAddress, signInsPerAddress]);
    const attacked = !(await has(context, ['sign-in-account', account, most, most * 10]));
    if (attacked) buckets.push(['sign-in-attacked', `${account} ${address}`, 1, Math.min(3, most)]);
  }
  const subject = device === undefined ? `${account} ${address}` : `${account} device ${device}`;
  buckets.push(['sign-in', subject, most, most], ['sign-in-day', subject, daily / 1440, daily]);
  for (const bucket of buckets) await take(context, bucket);
  return {
    // Resets the counts after a correct guess, so that only failed guesses count.
    succeeded: async () => {
      const { redis } = context;
      await Promise.all(buckets.map(([what, subject]) => redis.client.del(redis.keys.rate(what, subject))));
    },
  };
}

async function has({ redis }: AppContext, [what, subject, perMinute, burst]: Bucket): Promise<boolean> {
  return (await takeTokens(redis, what, subject, { perSecond: perMinute / 60, burst })).granted > 0;
}

async function take({ redis }: AppContext, [what, subject, perMinute, burst]: Bucket): Promise<void> {
  const { granted, after } = await takeTokens(redis, what, subject, { perSecond: perMinute / 60, burst });
  if (granted > 0) return;
  throw new Refusal('too-many', 'Too many attempts. Try again later.', {
    retryAfter: Math.max(1, Math.ceil(after / 1000)),
  });
}

/** A guess that was counted. */
export interface Guess {
  /** Resets the count of failed guesses. */
  succeeded(): Promise<void>;
}

export interface Guesser {
  /**
   * The username of the attempt, whether such a user exists or not, or the id of the signed-in
   * user.
   */
  account: string;
  address: string;
  /** The known device that sent the request. Undefined if the request has no valid device token. */
  device?: string | undefined;
}

type Bucket = readonly [what: string, subject: string, perMinute: number, burst: number];
