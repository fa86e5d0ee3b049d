import { firstMessageId, groupConversation, importedIds, userConversation } from '@parley/protocol';
import type { Connection, Pool } from '../open-database.ts';
import { bigints } from './binary-array.ts';
import type { Entry, MarkEntry, MessageEntry } from './entry.ts';
import { ImportPlan, type TakenRow } from './import-plan.ts';
import type { Imported, ImportedMark, ImportedMember, ImportedMessage, Imports } from './imported.ts';
import { transaction, writeMissing } from './write-batch.ts';

/**
 * Writes imported messages, read marks and group members in one transaction. Resolves after the
 * commit. Writes the same rows as the recorder writes for live messages. The id of each message
 * contains the message's original date.
 *
 * 1. Acquire a lock, so that concurrent imports do not choose the same id.
 * 2. Move the joining dates of members back, because members see and count only messages that are
 *    newer than their joining date.
 * 3. Read which message ids of these dates are in use, and choose free ids. A message is a
 *    duplicate if the chat already has one with the same sender, ref and date.
 * 4. Write the messages and marks, and delete the search indexes that do not contain them.
 */
export async function importBatch(pool: Pool, { messages, marks, members }: Imports): Promise<Imported> {
  const result: Imported = { imported: 0, duplicates: 0, refused: [] };
  await transaction(
    pool,
    () => true,
    async (connection) => {
      await connection.query('select pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
      if (members.length > 0) await moveJoins(connection, members);
      const plan = new ImportPlan(messages);
      plan.add(await readTaken(connection, plan));
      const entries: Entry[] = [];
      for (const message of messages) {
        const id = plan.choose(message);
        if (id === 'duplicate') result.duplicates += 1;
        else if (id === undefined) result.refused.push(message);
        else entries.push(toEntry(message, id, message.replyTo ? plan.find(message, message.replyTo) : undefined));
      }
      result.imported = entries.length;
      const written = [...entries] as MessageEntry[];
      for (const mark of marks) entries.push(toMark(mark));
      if (entries.length > 0) await writeMissing(connection, entries);
      if (written.length > 0) await dropIndexes(connection, written);
    },
  );
  return result;
}

const IMPORT_LOCK = 7_268_541_209;

function toEntry(message: ImportedMessage, id: number, replyTo: number | undefined): MessageEntry {
  const { from, to, group, ref, body, custom, mentions } = message;
  const conversation = conversationOf(message);
  return {
    ...{ kind: 'message', id, conversation, from, to, group, body, ref, custom, replyTo: replyTo ?? null },
    ...{ mentions, silent: true, streaming: false },
  };
}

function toMark({ user, chat, group, date }: ImportedMark): MarkEntry {
  const read = importedIds(date).last;
  const conversation = conversationOf({ from: user, to: chat, group });
  return { kind: 'mark', conversation, user, chat, group, delivered: read, read, private: false };
}

function conversationOf({ from, to, group }: Pick<ImportedMessage, 'from' | 'to' | 'group'>): string {
  return group ? groupConversation(to) : userConversation(from, to);
}

async function readTaken(connection: Connection, plan: ImportPlan): Promise<TakenRow[]> {
  const windows = plan.windows();
  if (windows.length === 0) return [];
  const values = [
    bigints(windows.map(({ owner }) => owner)),
    bigints(windows.map(({ peer }) => peer)),
    bigints(windows.map(({ first }) => first)),
    bigints(windows.map(({ last }) => last)),
  ];
  return (await connection.query<TakenRow>({ name: 'read-taken', text: taken, values })).rows;
}

const taken = `
  select m.owner_id as owner, m.peer_id as peer, m.id, m.sender_id as sender, m.ref
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as d (owner_id, peer_id, first, last)
  cross join lateral (
    select * from messages m
    where m.owner_id = d.owner_id and m.peer_id = d.peer_id and m.id between d.first and d.last
  ) m`;

/**
 * Sets the joining dates of members. A joining date moves only back. A founding member of a group
 * has no `joined_id` yet and always gets one. The caller then copies the permits of the groups to
 * Redis.
 */
async function moveJoins(connection: Connection, members: readonly ImportedMember[]): Promise<void> {
  const groups = bigints(members.map(({ group }) => group));
  // Locks the groups, as every transaction that writes `seen_count` does.
  await connection.query('select from groups where id = any($1::bigint[]) order by id for no key update', [groups]);
  const values = [
    groups,
    bigints(members.map(({ user }) => user)),
    bigints(members.map(({ joined }) => joined)),
    bigints(members.map(({ joined }) => Math.max(0, firstMessageId(joined) - 1))),
  ];
  await connection.query({ name: 'move-joins', text: join, values });
  await connection.query('update groups set permits_version = permits_version + 1 where id = any($1::bigint[])', [
    groups,
  ]);
}

const join = `
  update group_members m set
    joined = least(m.joined, d.joined), joined_id = d.id, seen_id = s.id,
    seen_count = g.message_count - (
      select count(*) from messages e
      where e.owner_id = g.id and e.peer_id = g.id and e.id > s.id and e.sender_id not in (m.user_id, g.id))
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as d (group_id, user_id, joined, id)
  join groups g on g.id = d.group_id
  join group_members o on o.group_id = d.group_id and o.user_id = d.user_id
  left join chats c on c.owner_id = d.user_id and c.peer_id = d.group_id
  cross join lateral (select greatest(d.id, o.read_id, coalesce(c.cleared_id, 0)) as id) s
  where m.group_id = d.group_id and m.user_id = d.user_id and (m.joined_id > d.id or m.joined_id = 0)`;

/**
 * Deletes each search index that has passed the ids of the imported messages, because it does not
 * contain these messages. The owner's next search builds the index again.
 */
async function dropIndexes(connection: Connection, messages: readonly MessageEntry[]): Promise<void> {
  const first = new Map<number, number>();
  for (const { id, from, to, group } of messages) {
    for (const owner of group ? [to] : [from, to]) first.set(owner, Math.min(id, first.get(owner) ?? id));
  }
  const { rows } = await connection.query<{ owner: number }>({
    name: 'lock-indexes',
    text: lockIndexes,
    values: [bigints([...first.keys()]), bigints([...first.values()])],
  });
  if (rows.length === 0) return;
  const owners = bigints(rows.map(({ owner }) => owner));
  for (const table of ['search_indexes', 'search_index_segments', 'search_owners', 'search_segments'])
    await connection.query(`delete from ${table} where owner_id = any($1::bigint[])`, [owners]);
}

// SQL statement that acquires the lock that an indexer holds while it builds a segment.
const lockIndexes = `
  select owner, pg_advisory_xact_lock(owner) from (
    select d.owner_id as owner from unnest($1::bigint[], $2::bigint[]) as d (owner_id, id)
    where exists (select from search_indexes s where s.owner_id = d.owner_id and (s.horizon_id >= d.id or s.due is not null))
      or exists (select from search_owners s where s.owner_id = d.owner_id)
    order by d.owner_id
  ) o`;
