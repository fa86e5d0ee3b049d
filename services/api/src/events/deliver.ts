import { type Database, readPermits } from '@parley/database';
import {
  append,
  closeSockets,
  forgetPermits,
  publishHidden,
  type RedisConnection,
  raisePermitFence,
  revokeSession,
  writeExternalUser,
  writePermits,
} from '@parley/redis';
import { markStale } from '../queries/search-segments.ts';
import { copyProfile } from './copy-profile.ts';
import { erase } from './erase.ts';
import type { Notice } from './notice.ts';
import { deleteMessages } from './purge-queries.ts';

/**
 * Delivers a notice, which lists what to change in Redis after a commit. Writes permits (who is
 * allowed to write to a user or group) before it appends events, because a user who receives the
 * event of a new friendship might write to the friend at once. Resolves when Redis has all parts of
 * the notice. If it rejects, the caller must deliver the whole notice again.
 *
 * @param signal stops the deletion of rows between two batches
 */
export async function deliver(
  db: Database,
  redis: RedisConnection,
  notice: Notice,
  signal?: AbortSignal,
): Promise<void> {
  const {
    copies = [],
    hidden = [],
    fences = [],
    externals = [],
    forget = [],
    revoked = [],
    closed = [],
    events = [],
    purge,
  } = notice;
  await Promise.all(copies.map(async (id) => writePermits(redis, id, await readPermits(db, id))));
  const shown = events.flatMap(({ event }) => (event.kind === 'profile' ? [event.user] : []));
  await Promise.all([...copies, ...shown].map((id) => copyProfile(db, redis, id)));
  await Promise.all(externals.map(({ external, user }) => writeExternalUser(redis, external, user)));
  await Promise.all(fences.map(([a, b]) => raisePermitFence(redis, a, b)));
  await Promise.all(hidden.map((user) => publishHidden(redis, user)));
  if (forget.length > 0) await forgetPermits(redis, forget, fences);
  await Promise.all(revoked.map(({ user, session, until }) => revokeSession(redis, user, session, until)));
  await Promise.all(closed.map((user) => closeSockets(redis, user)));
  for (const { users, event } of events) {
    const text = JSON.stringify(event);
    for (let start = 0; start < users.length; start += atOnce) {
      const some = users.slice(start, start + atOnce);
      await append(
        redis,
        some.map((user) => ({ user, event: text })),
      );
    }
  }
  if (purge) {
    const deleteNext = () => db.transaction().execute((tx) => deleteMessages(tx, purge, atOnce));
    while ((await deleteNext()) === atOnce) signal?.throwIfAborted();
    await markStale(db, purge.owner, purge.peer, purge.upTo);
  }
  if (notice.erase) await erase(db, redis, notice.erase, signal);
}

/**
 * Maximum number of inboxes per script call and of rows per transaction. It limits how long Redis
 * and PostgreSQL are busy.
 */
const atOnce = 500;
