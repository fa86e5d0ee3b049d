import type { Connection } from '../open-database.ts';
import type { Change } from './entry.ts';

/**
 * Applies a recall, an edit or a reaction to one copy of a message. The order in which changes are
 * applied does not matter: a recall is final, and of two edits or reactions the newer one wins.
 * Only the sender can edit a message. Only the sender and the owner or admins of the group can
 * recall it. Returns false if the copy does not contain the message. The caller must hold the lock
 * of the chat's or group's row.
 */
export async function applyChange(connection: Connection, copy: Copy, change: Change): Promise<boolean> {
  const key = [copy.owner, copy.peer, change.id];
  const { text, values } = statement(change);
  const { rowCount } = await connection.query(text, [...key, change.user, change.date, ...values]);
  if (rowCount) {
    await connection.query(copy.group ? groupPreview : chatPreview, key);
    return true;
  }
  const found = await connection.query('select from messages where owner_id = $1 and peer_id = $2 and id = $3', key);
  return found.rowCount === 1;
}

/**
 * One owner's copy of a conversation. A group has a single copy, whose `owner` and `peer` are the
 * group.
 */
export interface Copy {
  owner: number;
  peer: number;
  group: boolean;
}

/** Maximum number of different emoji that users can react with to one message. */
const MAX_EMOJI = 32;

function statement(change: Change): { text: string; values: unknown[] } {
  if (change.kind === 'recall') return { text: recall, values: [change.moderated] };
  if (change.kind === 'edit') return { text: change.streamed ? complete : edit, values: [change.body, change.custom] };
  return { text: react, values: [change.emoji, change.active, MAX_EMOJI] };
}

const key = 'owner_id = $1::bigint and peer_id = $2::bigint and id = $3::bigint';

const recall = `
  update messages set body = null, custom = null, edited = null, reactions = null, recalled = $5::bigint
  where ${key} and (sender_id = $4::bigint or $6::boolean) and (recalled is null or recalled > $5::bigint)`;

const edit = `
  update messages set body = $6::jsonb, custom = $7::jsonb, edited = $5::bigint
  where ${key} and sender_id = $4::bigint and recalled is null
    and (coalesce(edited, 0) < $5::bigint or (edited = $5::bigint
      and (body, coalesce(custom, 'null')) < ($6::jsonb, coalesce($7::jsonb, 'null'))))`;

// Sets the final content of a streamed message. An edit always has precedence over the final
// content, which does not count as an edit. The date of the final content is not stored.
const complete = `
  update messages set body = $6::jsonb, custom = $7::jsonb
  where ${key} and sender_id = $4::bigint and recalled is null and edited is null and $5::bigint > 0`;

// Stores a removed reaction with its date negated. If a reaction and its removal have the same
// date, the removal wins.
const react = `
  update messages set reactions = jsonb_set(
    coalesce(reactions, '{}') || jsonb_build_object($6::text, coalesce(reactions -> $6::text, '{}')),
    array[$6::text, ($4::bigint)::text],
    to_jsonb(case when $7::boolean then $5::bigint else -$5::bigint end))
  where ${key} and recalled is null
    and case
      when reactions #> array[$6::text, ($4::bigint)::text] is null
      then reactions is null or reactions ? $6::text or (select count(*) from jsonb_object_keys(reactions)) < $8::integer
      else (abs((reactions #>> array[$6::text, ($4::bigint)::text])::bigint), (reactions #>> array[$6::text, ($4::bigint)::text])::bigint < 0)
        < ($5::bigint, not $7::boolean)
    end`;

const chatPreview = `
  update chats c set last_body = m.body, last_edited = m.edited, last_recalled = m.recalled
  from messages m
  where m.owner_id = $1::bigint and m.peer_id = $2::bigint and m.id = $3::bigint
    and c.owner_id = $1::bigint and c.peer_id = $2::bigint and c.last_id = m.id and c.cleared_id < m.id`;

const groupPreview = `
  update groups g set last_body = m.body, last_edited = m.edited, last_recalled = m.recalled
  from messages m
  where m.owner_id = $1::bigint and m.peer_id = $2::bigint and m.id = $3::bigint and g.id = $1::bigint and g.last_id = m.id`;
