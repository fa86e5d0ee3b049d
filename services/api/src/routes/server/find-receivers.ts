import type { Database } from '@parley/database';
import { type JobError, MAX_JOB_ERRORS } from '../../queries/jobs.ts';
import { findGroupIds } from '../../queries/server-groups.ts';
import { findUserIds } from '../../queries/server-users.ts';
import { show } from './refs.ts';

/**
 * Returns the ids of a job's receivers, each once, and an error for each receiver that does not
 * exist. A number can be the id of a user or a group. Whether a user or group has this id is
 * checked when the message is sent.
 */
export async function findReceivers(db: Database, to: readonly JobError['to'][]): Promise<Found> {
  const users = await findUserIds(
    db,
    to.filter((each) => typeof each === 'string'),
  );
  const groups = await findGroupIds(
    db,
    to.flatMap((each) => (typeof each === 'object' ? [each.group] : [])),
  );
  const receivers = new Set<number>();
  const missing: JobError[] = [];
  for (const each of to) {
    const id = typeof each === 'number' ? each : typeof each === 'string' ? users.get(each) : groups.get(each.group);
    if (id !== undefined) receivers.add(id);
    else {
      const message =
        typeof each === 'object' ? `There is no group ${show(each.group)}.` : `There is no user ${show(each)}.`;
      missing.push({ to: each, code: 'not-found', message });
    }
  }
  return { receivers: [...receivers], failed: missing.length, errors: missing.slice(0, MAX_JOB_ERRORS) };
}

interface Found {
  receivers: number[];
  failed: number;
  errors: JobError[];
}
