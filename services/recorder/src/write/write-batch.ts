import type { Connection, Pool } from '@parley/database';
import { type Digest, digest } from '../entries/digest.ts';
import type { ChangeEntry, Entry } from '../entries/entry.ts';
import { applyChange, type Copy } from './apply-change.ts';
import { applyEarly, keepEarly } from './early-changes.ts';
import { insertMessages, insertMissing } from './insert-messages.ts';
import { recountUnread, upsertChats } from './upsert-chats.ts';
import { writeGroups } from './write-groups.ts';

/**
 * Writes entries in one transaction; resolves once it is committed. Written again, they change nothing.
 *
 * 1. Insert the messages, then bring each chat and group up to date. Normally every message is new, and the statements go
 *    out together; if some row was there already, all is undone and done again counting only the rows that were missing.
 * 2. Recount where the batch alone could not tell the number of unread messages.
 * 3. Apply recalls, edits and reactions, those that waited for their message too.
 *
 * @param mayCommit asked last: false (the right to write was lost meanwhile) undoes all and throws {@link NotCommitted}
 */
export async function writeBatch(pool: Pool, entries: readonly Entry[], mayCommit: () => boolean): Promise<void> {
  if (entries.every((entry) => entry.kind === 'rebuild')) return;
  if (await transaction(pool, mayCommit, (connection) => writeNew(connection, entries))) return;
  await transaction(pool, mayCommit, (connection) => writeMissing(connection, entries));
}

/** The transaction was undone because the caller may not write any more. */
export class NotCommitted extends Error {
  override name = 'NotCommitted';
}

async function writeNew(connection: Connection, entries: readonly Entry[]): Promise<boolean> {
  const sums = digest(entries);
  const [allNew, rows, groups] = await together([
    insertMessages(connection, sums.messages),
    upsertChats(connection, sums.chats),
    writeGroups(connection, sums.groups),
  ]);
  if (!allNew) return false;
  await finish(connection, sums, rows, groups);
  return true;
}

async function writeMissing(connection: Connection, entries: readonly Entry[]): Promise<boolean> {
  const sums = digest(entries, await insertMissing(connection, digest(entries).messages));
  const rows = await upsertChats(connection, sums.chats);
  await finish(connection, sums, rows, await writeGroups(connection, sums.groups));
  return true;
}

type Rows = Awaited<ReturnType<typeof upsertChats>>;

async function finish(connection: Connection, { changes }: Digest, rows: Rows, groups: number[]): Promise<void> {
  await recountUnread(
    connection,
    rows.filter((row) => row.unread < 0),
  );
  for (const change of changes) {
    for (const copy of copiesOf(change)) {
      if (!(await applyChange(connection, copy, change))) await keepEarly(connection, copy, change);
    }
  }
  const now = Date.now();
  for (const row of rows) {
    if (row.early) await applyEarly(connection, { owner: row.owner_id, peer: row.peer_id, group: false }, now);
  }
  for (const group of groups) await applyEarly(connection, { owner: group, peer: group, group: true }, now);
}

function copiesOf({ user, chat, group }: ChangeEntry): Copy[] {
  if (group) return [{ owner: chat, peer: chat, group }];
  const mine = { owner: user, peer: chat, group };
  return user === chat ? [mine] : [mine, { owner: chat, peer: user, group }];
}

async function transaction(
  pool: Pool,
  mayCommit: () => boolean,
  write: (connection: Connection) => Promise<boolean>,
): Promise<boolean> {
  const connection = await pool.connect();
  let broken: unknown;
  try {
    const [, commit] = await together([connection.query('begin'), write(connection)]);
    if (commit && !mayCommit()) throw new NotCommitted('the right to write was lost before the commit');
    await connection.query(commit ? 'commit' : 'rollback');
    return commit;
  } catch (error) {
    await connection.query('rollback').catch((cause) => {
      broken = cause;
    });
    throw error;
  } finally {
    connection.release(broken !== undefined);
  }
}

/** Waits for all, so that no statement is left behind, then throws the first failure: what follows it only fails in its wake. */
async function together<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as never;
}
