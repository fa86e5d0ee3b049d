import { advanceSeen } from '../advance-seen.ts';
import type { Connection } from '../open-database.ts';
import { bigints, jsons } from './binary-array.ts';
import type { GroupDelta } from './digest.ts';
import type { MessageEntry } from './entry.ts';

/**
 * Counts the new messages of groups, except notices, and advances the members' marks. A member's
 * unread number is the group's `message_count` minus the member's `seen_count`, so a new message
 * does not write a row for each member. Returns the ids of groups that have deferred changes, and
 * of groups that are dissolved.
 *
 * Every transaction that writes `seen_count`, such as those of `clearChat` and `addMembers`, locks
 * the group's row first, so that `seen_count` stays exact.
 */
export async function writeGroups(connection: Connection, groups: readonly GroupDelta[]): Promise<WrittenGroups> {
  if (groups.length === 0) return { deferred: [], dissolved: [] };
  const ids = groups.map((group) => group.group);
  const { rows } = await connection.query<GroupRow>({ name: 'lock-groups', text: lock, values: [bigints(ids)] });
  const locked = new Map(rows.map((row) => [row.id, row]));
  const known = groups.filter((group) => locked.has(group.group));
  await Promise.all([
    updateGroups(connection, known),
    countOwn(connection, known),
    countLate(connection, known, locked),
    moveMarks(connection, known),
    writeMentions(connection, known),
  ]);
  return {
    deferred: rows.filter((row) => row.early).map((row) => row.id),
    dissolved: rows.filter((row) => row.dissolved).map((row) => row.id),
  };
}

/** Ids of the groups that need further steps. */
export interface WrittenGroups {
  deferred: number[];
  dissolved: number[];
}

const lock = `
  select id, last_id, horizon_id, early, dissolved is not null as dissolved from groups where id = any($1::bigint[]) order by id for no key update`;

/**
 * Updates the last message of groups. If a read mark is above the last message, also raises the
 * group's horizon to that mark. Messages that are recorded later with ids below the horizon then
 * count as late.
 */
async function updateGroups(connection: Connection, groups: readonly GroupDelta[]): Promise<void> {
  const last = groups.map(({ messages }) => newest(messages));
  const values = [
    bigints(groups.map((group) => group.group)),
    bigints(groups.map((group) => counted(group).length)),
    bigints(last.map((message) => message?.id ?? 0)),
    bigints(last.map((message) => message?.from ?? null)),
    jsons(last.map((message) => message?.body ?? null)),
    bigints(groups.map(({ marks }) => [...marks.values()].reduce((most, mark) => Math.max(most, mark.read), 0))),
  ];
  await connection.query({ name: 'update-groups', text: update, values });
}

const update = `
  update groups g set
    message_count = g.message_count + d.count,
    last_id = greatest(g.last_id, d.last_id),
    last_sender = case when d.last_id > g.last_id then d.last_sender else g.last_sender end,
    last_body = case when d.last_id > g.last_id then d.last_body else g.last_body end,
    last_edited = case when d.last_id > g.last_id then null else g.last_edited end,
    last_recalled = case when d.last_id > g.last_id then null else g.last_recalled end,
    horizon_id = case when d.read_id > greatest(g.last_id, d.last_id) then greatest(g.horizon_id, d.read_id) else g.horizon_id end
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::jsonb[], $6::bigint[])
    as d (id, count, last_id, last_sender, last_body, read_id)
  where g.id = d.id and (d.last_id > 0 or d.read_id > g.last_id)`;

/**
 * Returns the messages that the group's `message_count` includes: all except notices, whose sender
 * is the group.
 */
function counted({ group, messages }: GroupDelta): MessageEntry[] {
  return messages.filter(({ from }) => from !== group);
}

function newest(messages: readonly MessageEntry[]): MessageEntry | undefined {
  return messages.reduce<MessageEntry | undefined>((a, b) => (a && a.id > b.id ? a : b), undefined);
}

/** Adds each sender's own messages to the sender's `seen_count`. */
async function countOwn(connection: Connection, groups: readonly GroupDelta[]): Promise<void> {
  const counts = new Map<string, { group: number; user: number; count: number }>();
  for (const { group, messages } of groups) {
    for (const { from } of messages) {
      const found = counts.get(`${group}:${from}`);
      if (found) found.count += 1;
      else counts.set(`${group}:${from}`, { group, user: from, count: 1 });
    }
  }
  if (counts.size === 0) return;
  const own = [...counts.values()];
  const values = [own.map((each) => each.group), own.map((each) => each.user), own.map((each) => each.count)];
  await connection.query({ name: 'count-own', text: addOwn, values: values.map(bigints) });
}

const addOwn = `
  update group_members m set seen_count = m.seen_count + d.count
  from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as d (group_id, user_id, count)
  where m.group_id = d.group_id and m.user_id = d.user_id`;

/**
 * Adds late messages to `seen_count`: messages that are recorded after a member's seen position has
 * passed their ids, because the member joined, cleared the chat, or read ahead of the recorder.
 * This is rare.
 */
async function countLate(
  connection: Connection,
  groups: readonly GroupDelta[],
  locked: ReadonlyMap<number, GroupRow>,
): Promise<void> {
  await Promise.all(
    groups.map(async (delta) => {
      const { group } = delta;
      const { last_id = 0, horizon_id = 0 } = locked.get(group) ?? {};
      const late = counted(delta).filter((message) => message.id <= Math.max(last_id, horizon_id));
      if (late.length === 0) return;
      const values = [group, bigints(late.map((message) => message.id)), bigints(late.map((message) => message.from))];
      await connection.query({ name: 'count-late', text: addLate, values });
    }),
  );
}

const addLate = `
  update group_members m set seen_count = m.seen_count + (
    select count(*) from unnest($2::bigint[], $3::bigint[]) as d (id, sender_id)
    where d.id <= m.seen_id and d.sender_id <> m.user_id)
  where m.group_id = $1::bigint and m.seen_id >= (select min(id) from unnest($2::bigint[]) as d (id))`;

async function moveMarks(connection: Connection, groups: readonly GroupDelta[]): Promise<void> {
  const marks = groups.flatMap(({ group, marks }) => [...marks].map(([user, mark]) => ({ group, user, ...mark })));
  if (marks.length === 0) return;
  const read = bigints(marks.map((mark) => mark.read));
  const delivered = bigints(marks.map((mark) => mark.delivered));
  const values = [
    bigints(marks.map((mark) => mark.group)),
    bigints(marks.map((mark) => mark.user)),
    read,
    delivered,
    read,
  ];
  await connection.query({ name: 'advance-seen', text: advanceSeen, values });
}

/** Stores for each mentioned member the newest message that mentions them. */
async function writeMentions(connection: Connection, groups: readonly GroupDelta[]): Promise<void> {
  const newest = new Map<string, { group: number; user: number; id: number }>();
  for (const { group, messages } of groups) {
    for (const { id, from, mentions } of messages) {
      for (const user of mentions ?? []) {
        const key = `${group}:${user}`;
        if (user !== from && id > (newest.get(key)?.id ?? 0)) newest.set(key, { group, user, id });
      }
    }
  }
  if (newest.size === 0) return;
  const all = [...newest.values()];
  const values = [all.map((each) => each.group), all.map((each) => each.user), all.map((each) => each.id)];
  await connection.query({ name: 'write-mentions', text: addMentions, values: values.map(bigints) });
}

const addMentions = `
  update group_members m set mention_id = d.id
  from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as d (group_id, user_id, id)
  where m.group_id = d.group_id and m.user_id = d.user_id and m.mention_id < d.id`;

interface GroupRow {
  id: number;
  last_id: number;
  horizon_id: number;
  early: boolean;
  dissolved: boolean;
}
