import { hasPermits, readProfile } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import { copyProfile } from './copy-profile.ts';
import { deliver } from './deliver.ts';

/**
 * Writes a user's permits (who is allowed to write to the user) and profile to Redis if they are
 * missing there. Never rejects. If permits are missing when a gateway needs them, the gateway
 * requests them from the recorder, which delays the first sender.
 */
export async function ensureCopy({ db, redis, log }: AppContext, user: number): Promise<void> {
  try {
    if (!(await hasPermits(redis, user))) await deliver(db, redis, { copies: [user] });
    else if ((await readProfile(redis, user)) === undefined) await copyProfile(db, redis, user);
  } catch (error) {
    log.warn({ err: error, user }, 'writing a copy failed');
  }
}
