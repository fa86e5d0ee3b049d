import { hasPermits } from '@parley/redis';
import type { Parts } from '../parts.ts';
import { deliver } from './deliver.ts';

/**
 * Writes a user's permit copy if Redis has none. Never rejects: without a copy the gateway asks the recorder for one, which takes
 * the first sender a moment longer.
 */
export async function ensureCopy({ db, link, log }: Parts, user: number): Promise<void> {
  try {
    if (!(await hasPermits(link, user))) await deliver(db, link, { copies: [user] });
  } catch (error) {
    log.warn({ err: error, user }, 'could not write a permit copy');
  }
}
