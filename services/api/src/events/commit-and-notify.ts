import type { Database } from '@parley/database';
import type { AppContext } from '../app-context.ts';
import { limitRate } from '../http/limit-rate.ts';
import { Refusal } from '../http/refusal.ts';
import type { Notice, Notify } from './notice.ts';

/**
 * Number of users from which a change counts towards the fan-out limit. For smaller changes, the
 * request limit suffices.
 */
const MIN_COPIES = 10;

/**
 * Runs `work` in a transaction and publishes its changes to Redis after the commit. `work` receives
 * the transaction and `notify`, which collects notices of the changes. Resolves once PostgreSQL has
 * committed and Redis has the notices, so that the change applies on every gateway before the api
 * responds. It also resolves if Redis is down, because the transaction stores the notices in the
 * outbox, from which they are delivered later.
 *
 * The events count towards the fan-out limit of the context's actor, once per inbox that they
 * reach. Above that limit, nothing is changed.
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

/** Counts the events towards the actor's fan-out limit. No-op while Redis is unavailable. */
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

/**
 * The part of the context that is needed. Without an actor, events do not count towards a limit.
 */
type NotifyContext = Pick<AppContext, 'db' | 'outbox'> & Partial<Pick<AppContext, 'redis' | 'config' | 'actor'>>;
