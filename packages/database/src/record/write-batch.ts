import type { Connection, Pool } from '../open-database.ts';
import { shareMedia } from '../share-media.ts';
import { applyChange, type Copy } from './apply-change.ts';
import { applyDeferred, deferChange } from './deferred-changes.ts';
import { type Digest, digest } from './digest.ts';
import type { ChangeEntry, Entry } from './entry.ts';
import { hideMessages } from './hide-messages.ts';
import { insertMessages, insertMissing } from './insert-messages.ts';
import { carriesMedia, toShares } from './media-shares.ts';
import { purgeGroups } from './purge-groups.ts';
import { recountUnread, upsertChats } from './upsert-chats.ts';
import { isUndone, writeAtOnce } from './write-at-once.ts';
import { type WrittenGroups, writeGroups } from './write-groups.ts';
import { writePins } from './write-pins.ts';

/**
 * Writes entries in one transaction. Resolves after the commit. Idempotent.
 *
 * 1. Insert the messages, then update each chat and group. A batch with only messages and marks
 *    between users needs a single statement. If a message's row exists already, roll back and write
 *    the batch again, counting only the messages whose rows did not exist.
 * 2. Count the unread messages of chats whose new number does not follow from the batch alone.
 * 3. Apply recalls, edits, reactions and pins, including the deferred ones, which were recorded
 *    before their message.
 * 4. Delete the messages of dissolved groups. Gateways accepted these messages before they knew
 *    that the group is dissolved.
 * 5. Store which messages contain media files, so that the readers can load these files.
 *
 * @param mayWrite called before the commit. If it returns false because a lease was lost,
 * `writeBatch` rolls back and throws {@link NotCommitted}
 */
export async function writeBatch(pool: Pool, entries: readonly Entry[], mayWrite: () => boolean): Promise<void> {
  const sums = digest(entries);
  const { groups, changes, pins, hides } = sums;
  const plain = [groups, changes, pins, hides].every((each) => each.length === 0);
  const alone = plain && !sums.messages.some(carriesMedia);
  if (alone && sums.chats.length === 0) return;
  if (alone && !mayWrite()) throw new NotCommitted(LOST);
  const done = await (alone ? writeAtOnce(pool, sums) : writeNew(pool, sums, mayWrite));
  if (!done) await transaction(pool, mayWrite, (connection) => writeMissing(connection, entries));
}

/** Thrown if the batch was not committed because the caller lost its lease. */
export class NotCommitted extends Error {
  override name = 'NotCommitted';
}

const LOST = 'a lease was lost';

async function writeNew(pool: Pool, sums: Digest, mayWrite: () => boolean): Promise<boolean> {
  try {
    await transaction(pool, mayWrite, async (connection) => {
      const [, rows, groups] = await together([
        insertMessages(connection, sums.messages),
        upsertChats(connection, sums.chats),
        writeGroups(connection, sums.groups),
      ]);
      await finish(connection, sums, rows, groups);
    });
    return true;
  } catch (error) {
    if (isUndone(error)) return false;
    throw error;
  }
}

/**
 * Writes entries in the current transaction of a connection. Some of the entries might be in the
 * database already.
 */
export async function writeMissing(connection: Connection, entries: readonly Entry[]): Promise<void> {
  const sums = digest(entries, await insertMissing(connection, digest(entries).messages));
  const rows = await upsertChats(connection, sums.chats);
  await finish(connection, sums, rows, await writeGroups(connection, sums.groups));
}

type Rows = Awaited<ReturnType<typeof upsertChats>>;

async function finish(connection: Connection, sums: Digest, rows: Rows, groups: WrittenGroups): Promise<void> {
  const { messages, changes, pins, hides } = sums;
  await recountUnread(
    connection,
    rows.filter((row) => row.unread < 0),
  );
  for (const change of changes) {
    for (const copy of copiesOf(change)) {
      if (!(await applyChange(connection, copy, change))) await deferChange(connection, copy, change);
    }
  }
  for (const pin of pins) await writePins(connection, pin, copiesOf(pin));
  for (const entry of hides) await hideMessages(connection, entry);
  const now = Date.now();
  for (const row of rows) {
    if (row.early) await applyDeferred(connection, { owner: row.owner_id, peer: row.peer_id, group: false }, now);
  }
  for (const group of groups.deferred) await applyDeferred(connection, { owner: group, peer: group, group: true }, now);
  const shares = [
    ...messages.flatMap((message) =>
      toShares(message, message.from, copiesOf({ ...message, user: message.from, chat: message.to })),
    ),
    ...changes.flatMap((change) => toShares(change, change.user, copiesOf(change))),
  ];
  await shareMedia(connection, shares, now);
  await purgeGroups(connection, groups.dissolved);
}

function copiesOf({ user, chat, group }: Pick<ChangeEntry, 'user' | 'chat' | 'group'>): Copy[] {
  if (group) return [{ owner: chat, peer: chat, group }];
  const mine = { owner: user, peer: chat, group };
  return user === chat ? [mine] : [mine, { owner: chat, peer: user, group }];
}

/** Runs `write` in a transaction. Then calls `mayWrite`, and rolls back if it returns false. */
export async function transaction(
  pool: Pool,
  mayWrite: () => boolean,
  write: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await pool.connect();
  let broken = false;
  try {
    await together([connection.query('begin'), write(connection)]);
    if (!mayWrite()) throw new NotCommitted(LOST);
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    connection.release(broken);
  }
}

/**
 * Waits until all statements have ended, then throws the first failure, because later failures are
 * its consequences.
 */
async function together<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as never;
}
