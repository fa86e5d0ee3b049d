import type { Database } from '@parley/database';
import type { AppContext } from '../app-context.ts';
import { limitRate } from '../http/limit-rate.ts';
import { Refusal } from '../http/refusal.ts';
import type { Notice, Notify } from './notice.ts';

/** Changes that reach fewer users are not charged: the limit of requests is enough. */
const MIN_COPIES = 10;

/**
 * Runs `work` in one transaction and then publishes its changes to Redis. `work` receives the
 * transaction and `notify`, which collects notices. Resolves once PostgreSQL has committed and
 * Redis has the notices, so that the change applies on every gateway when the api responds. If
 * Redis is down, it still resolves: the notices are stored in the outbox with the change, and are
 * delivered later.
 *
 * Charges the actor of the context for the copies of the events in the inboxes of users. Nothing is
 * changed if that exceeds the actor's limit.
 *
 * @throws Refusal `too-many`
 */
export async function commitAndNotify<T>(
  context: NotifyContext,
  work: (tx: Database, notify: Notify) => Promise<T>,
): Promise<T> {
  const { db, outbox } = context;
  const notices: Notice[] = [];
  const { result, ids } = await db.transaction().execute(async (tx) => {
    const result = await work(tx, (notice) => notices.push({ date: Date.now(), ...notice }));
    await chargeFanOut(context, notices);
    return { result, ids: await outbox.add(tx, notices) };
  });
  await Promise.all(ids.map((id, i) => outbox.deliver(id, notices[i] as Notice)));
  return result;
}

/** While Redis is unavailable, nothing is charged. */
async function chargeFanOut({ actor, redis, config }: NotifyContext, notices: readonly Notice[]): Promise<void> {
  if (actor === undefined || !redis || !config) return;
  const events = notices.flatMap(({ events = [] }) => events);
  const copies = events.reduce((sum, { users }) => sum + users.length, 0);
  if (copies < MIN_COPIES) return;
  const { fanOut } = config.perMinute;
  try {
    await limitRate({ redis }, 'fan-out', actor, fanOut, fanOut, copies);
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
}

/** Without an actor, nothing is charged. */
type NotifyContext = Pick<AppContext, 'db' | 'outbox'> & Partial<Pick<AppContext, 'redis' | 'config' | 'actor'>>;
