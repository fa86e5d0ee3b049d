import { readEndedSessions, readInstallation, settleMark } from '@parley/database';
import { forgetCopies, noteRefLoss, readMarks, revokeSession, writeMarks, writeStoreStatus } from '@parley/redis';
import { compareStores, DATABASE_WENT_BACK } from '@parley/service';
import { drainRecords } from './drain-records.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { recordInboxes } from './record-inboxes.ts';
import { repeatErasures } from './repeat-erasures.ts';

/**
 * Reconciles Redis and PostgreSQL after a restore, so that all devices of a user see the same
 * afterwards.
 *
 * 1. Stop: publish a mismatch, so that gateways, apis and recorders stop serving.
 * 2. Record: write the entries of the record streams. If PostgreSQL is the older store, also write
 *    entries that are only in inboxes.
 * 3. Forget: delete the inboxes and all copies of PostgreSQL's data. Every inbox gets a new epoch,
 *    so that devices reload. Refs of recorded messages are looked up for a day.
 * 4. Restore: ended sessions are refused again, and deleted accounts are erased again.
 * 5. Settle: both stores get a new mark, and services continue within seconds.
 */
export async function reconcileStores(deps: ReconcileDeps): Promise<Reconciled> {
  const { redis, db } = deps;
  await writeStoreStatus(redis, { ok: false, reason: 'The stores are being reconciled' });
  const marks = await readMarks(redis);
  const found = compareStores(await readInstallation(db), marks);
  const fromRecords = await drainRecords(deps);
  // The inboxes of an older Redis contain edits and reactions of which PostgreSQL has newer
  // versions.
  const databaseIsOlder = found.state === 'mismatch' && found.reason === DATABASE_WENT_BACK;
  const fromInboxes = databaseIsOlder ? await recordInboxes(deps) : 0;
  await forgetCopies(redis);
  await noteRefLoss(redis);
  const sessions = await readEndedSessions(db);
  for (const { user, session, until } of sessions) await revokeSession(redis, user, session, until);
  await repeatErasures(db);
  const newest = Math.max(0, ...marks.map((mark) => mark?.mark ?? 0));
  await writeMarks(redis, await settleMark(db, newest), { force: true });
  await writeStoreStatus(redis, { ok: true });
  return { found: found.state === 'mismatch' ? found.reason : found.state, fromRecords, fromInboxes };
}

/** The result of a reconciliation. */
export interface Reconciled {
  /** Result of the comparison of the stores before the reconciliation. */
  found: string;
  /** Number of entries written from the record streams. */
  fromRecords: number;
  /** Number of messages and changes written from inboxes. */
  fromInboxes: number;
}
