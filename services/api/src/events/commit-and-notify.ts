import type { Database } from '@parley/database';
import type { AppContext } from '../app-context.ts';
import type { Notice, Notify } from './notice.ts';

/**
 * Runs `work` in one transaction and then publishes its changes to Redis. `work` receives the
 * transaction and `notify`, which collects notices. Resolves once PostgreSQL has committed and
 * Redis has the notices, so that the change applies on every gateway when the api responds. If
 * Redis is down, it still resolves: the notices are stored in the outbox with the change, and are
 * delivered later.
 */
export async function commitAndNotify<T>(
  { db, outbox }: Pick<AppContext, 'db' | 'outbox'>,
  work: (tx: Database, notify: Notify) => Promise<T>,
): Promise<T> {
  const notices: Notice[] = [];
  const { result, ids } = await db.transaction().execute(async (tx) => {
    const result = await work(tx, (notice) => notices.push({ date: Date.now(), ...notice }));
    return { result, ids: await outbox.add(tx, notices) };
  });
  await Promise.all(ids.map((id, i) => outbox.deliver(id, notices[i] as Notice)));
  return result;
}
