import { readEndedSessions, readInstallation, settleMark } from '@parley/database';
import {
  forgetCopies,
  forgetUnfinished,
  noteRefLoss,
  readMarks,
  revokeSession,
  writeMarks,
  writeStoreStatus,
} from '@parley/redis';
import { compareStores, DATABASE_WENT_BACK } from '@parley/service';
import { drainRecords } from './drain-records.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { recordInboxes } from './record-inboxes.ts';
import { repeatErasures } from './repeat-erasures.ts';

/**
 * Reconciles Redis and PostgreSQL after a restore, so that all devices of a user see the same
 * messages afterwards.
 *
 * 1. Store the status that Redis and PostgreSQL do not match, so that gateways, apis and recorders
 *    stop serving.
 * 2. Write the entries of the record streams to PostgreSQL. If PostgreSQL is the older store, also
 *    write the messages and changes that are only in inboxes.
 * 3. Delete from Redis all inboxes and all copies of PostgreSQL's data. Every inbox then gets a new
 *    epoch, so that devices reload. For a day, resends are also detected by refs in PostgreSQL.
 *    Unless PostgreSQL is the older store, also delete streams that are not complete and events
 *    that wait for delivery, because newer ones might be in PostgreSQL.
 * 4. Revoke the ended sessions in Redis again, and let the api erase deleted accounts again.
 * 5. Write a new progress mark to both stores. Services then continue within seconds.
 */
export async function reconcileStores(deps: ReconcileDeps): Promise<Reconciled> {
  const { redis, db } = deps;
  await writeStoreStatus(redis, { ok: false, reason: 'The stores are being reconciled' });
  const marks = await readMarks(redis);
  const found = compareStores(await readInstallation(db), marks);
  const fromRecords = await drainRecords(deps);
  // Skips the inboxes if Redis is the older store, because they contain edits and reactions of
  // which PostgreSQL has newer versions.
  const databaseIsOlder = found.state === 'mismatch' && found.reason === DATABASE_WENT_BACK;
  const fromInboxes = databaseIsOlder ? await recordInboxes(deps) : 0;
  await forgetCopies(redis);
  // Their events are in PostgreSQL, and a restored stream might be older than its recorded text.
  if (!databaseIsOlder) await forgetUnfinished(redis);
  await noteRefLoss(redis);
  const sessions = await readEndedSessions(db);
  for (const { user, session, until } of sessions) await revokeSession(redis, user, session, until);
  await repeatErasures(db);
  const newest = Math.max(0, ...marks.map((mark) => mark?.mark ?? 0));
  await writeMarks(redis, await settleMark(db, newest), { force: true });
  await writeStoreStatus(redis, { ok: true });
  return { found: found.state === 'mismatch' ? found.reason : found.state, fromRecords, fromInboxes };
}

/** Result of a reconciliation. */
export interface Reconciled {
  /** Result of comparing the stores before the reconciliation. */
  found: string;
  /** Number of entries that were written from the record streams. */
  fromRecords: number;
  /** Number of messages and changes that were written from inboxes. */
  fromInboxes: number;
}
