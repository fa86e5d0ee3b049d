import type { Connection } from '../open-database.ts';
import { applyChange, type Copy } from './apply-change.ts';
import type { Change } from './entry.ts';

/**
 * Stores a change (recall, edit or reaction) that was recorded before its message, and sets the
 * flag `early` of the chat or group. The caller must hold the lock of that row.
 */
export async function deferChange(connection: Connection, copy: Copy, change: Change): Promise<void> {
  await connection.query(keep, [
    ...[copy.owner, copy.peer, change.id, change.user, change.kind, change.date],
    ...[change.kind === 'react' ? change.emoji : '', flagOf(change)],
    ...(change.kind === 'edit' ? [change.body, change.custom] : [null, null]),
  ]);
  await setFlag(connection, copy, true);
}

/**
 * Applies the deferred changes of a copy whose messages are recorded by now, and deletes changes
 * that are older than a day. Clears the flag `early` if no deferred change is left. The caller must
 * hold the lock of the chat's or group's row.
 */
export async function applyDeferred(connection: Connection, copy: Copy, now: number): Promise<void> {
  const { rows } = await connection.query<DeferredRow>(select, [copy.owner, copy.peer]);
  let left = 0;
  for (const row of rows) {
    const done = (await applyChange(connection, copy, toChange(row))) || row.date < now - DAY;
    if (done) await connection.query(forget, [copy.owner, copy.peer, row.id, row.user_id, row.kind, row.emoji]);
    else left += 1;
  }
  if (left === 0) await setFlag(connection, copy, false);
}

/**
 * Returns the value of the column `active`. For a recall: whether a moderator recalled the message.
 * For an edit: true if it is the final content of a streamed message, otherwise null. For a
 * reaction: false if it was removed.
 */
function flagOf(change: Change): boolean | null {
  if (change.kind === 'recall') return change.moderated;
  if (change.kind === 'edit') return change.streamed || null;
  return change.kind === 'react' ? change.active : null;
}

const DAY = 86_400_000;

const keep = `
  insert into early_changes as e (owner_id, peer_id, id, user_id, kind, date, emoji, active, body, custom)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  on conflict (owner_id, peer_id, id, user_id, kind, emoji)
  do update set date = excluded.date, active = excluded.active, body = excluded.body, custom = excluded.custom
  where case excluded.kind
    when 'recall' then excluded.date < e.date
    when 'edit' then (excluded.date, excluded.body, coalesce(excluded.custom, 'null')) > (e.date, e.body, coalesce(e.custom, 'null'))
    else (excluded.date, not excluded.active) > (e.date, not e.active)
  end`;

const select = `
  select id, user_id, kind, date, emoji, active, body::text as body, custom::text as custom from early_changes where owner_id = $1 and peer_id = $2`;

const forget = `
  delete from early_changes
  where owner_id = $1 and peer_id = $2 and id = $3 and user_id = $4 and kind = $5 and emoji = $6`;

async function setFlag(connection: Connection, copy: Copy, early: boolean): Promise<void> {
  if (copy.group) await connection.query('update groups set early = $2 where id = $1', [copy.owner, early]);
  else
    await connection.query('update chats set early = $3 where owner_id = $1 and peer_id = $2', [
      copy.owner,
      copy.peer,
      early,
    ]);
}

function toChange({ id, user_id: user, kind, date, emoji, active, body, custom }: DeferredRow): Change {
  if (kind === 'recall') return { kind, id, user, date, moderated: active === true };
  if (kind === 'edit')
    return { kind, id, user, date, body: body ?? '{}', custom, streamed: active === true, silent: false };
  return { kind, id, user, date, emoji, active: active === true };
}

interface DeferredRow {
  id: number;
  user_id: number;
  kind: Change['kind'];
  date: number;
  emoji: string;
  active: boolean | null;
  body: string | null;
  custom: string | null;
}
