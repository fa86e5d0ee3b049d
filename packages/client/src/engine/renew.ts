import type { Credentials } from '../api/credentials.ts';

/** Ms before its end at which an access token is replaced, or a fifth of what is left of it, if that is less. */
const AHEAD = 60_000;

/** setTimeout takes no more. */
const LONGEST = 2 ** 31 - 1;

/**
 * Replaces the token of a connection before it ends, again and again.
 *
 * @param renew hands a fresh token to the gateway
 * @param expired the token could not be replaced
 * @returns a function that ends it
 */
export function renewBeforeEnd(
  credentials: Credentials,
  renew: (token: string) => Promise<void>,
  expired: (reason: string) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const plan = () => {
    const left = (credentials.expires ?? Number.POSITIVE_INFINITY) - Date.now();
    if (left < LONGEST) timer = setTimeout(replace, Math.max(1000, left - Math.min(AHEAD, left / 5)));
  };
  const replace = async () => {
    try {
      const token = await credentials.token(await credentials.token());
      if (stopped) return;
      await renew(token);
      if (!stopped) plan();
    } catch (error) {
      if (!stopped) expired((error as Error).message);
    }
  };
  plan();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
