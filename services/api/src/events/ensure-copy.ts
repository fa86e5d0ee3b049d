import { hasPermits, readProfile } from '@parley/redis';
import type { AppContext } from '../app-context.ts';
import { copyProfile } from './copy-profile.ts';
import { deliver } from './deliver.ts';

/**
 * Writes the copies of a user that Redis does not have: of their permits, and of how they are shown. Never rejects: without the first the
 * gateway asks the recorder for one, which takes the first sender a moment longer.
 */
export async function ensureCopy({ db, redis, log }: AppContext, user: number): Promise<void> {
  try {
    if (!(await hasPermits(redis, user))) await deliver(db, redis, { copies: [user] });
    else if ((await readProfile(redis, user)) === undefined) await copyProfile(db, redis, user);
  } catch (error) {
    log.warn({ err: error, user }, 'could not write a copy');
  }
}
