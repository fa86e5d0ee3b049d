import type { Database } from '@parley/database';
import type { AppContext } from '../app-context.ts';
import type { Notice, Notify } from './notice.ts';

/**
 * Makes a change in one transaction and tells Redis of it. `work` gets the transaction, and `tell` for what Redis shall learn.
 *
 * Resolves once PostgreSQL committed and Redis was told, so that after the answer the change holds on every gateway. If Redis is away
 * then, it still resolves: what is to be told stands in the outbox, committed with the change, and is told as soon as can be.
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
