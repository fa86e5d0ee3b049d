import { hasPermits, readProfile } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import { copyProfile } from './copy-profile.ts';
import { deliver } from './deliver.ts';

/**
 * Writes a user's permits and profile to Redis if they are missing there. Never rejects. Without
 * this, a gateway would have to request missing permits from the recorder, which delays the first
 * sender.
 */
export async function ensureCopy({ db, redis, log }: AppContext, user: number): Promise<void> {
  try {
    if (!(await hasPermits(redis, user))) await deliver(db, redis, { copies: [user] });
    else if ((await readProfile(redis, user)) === undefined) await copyProfile(db, redis, user);
  } catch (error) {
    log.warn({ err: error, user }, 'writing a copy failed');
  }
}
