import { type RawBuilder, sql } from 'kysely';

// SQL about messages that a user deleted from their own copy of a chat. In each function, `owner`
// is the user and `peer` the chat.

/** Whether the owner did not hide a message. */
export function isKept(owner: Sql, peer: Sql, id: Sql): RawBuilder<boolean> {
  return sql`not exists (
    select from hidden_messages h where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id = ${id})`;
}

/** An unread number without the hidden messages of others above an id. */
export function keptUnread(unread: Sql, { owner, peer, above }: { owner: Sql; peer: Sql; above: Sql }): Sql {
  return sql`greatest(0, ${unread} - (
    select count(*) from hidden_messages h
    where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id > ${above} and h.sender_id <> ${owner}))`;
}

/**
 * Joins as `kept` the newest message that the owner did not hide, only if they hid the last one.
 * `keptLast` selects it.
 *
 * @param rows whose rows of `messages` the chat has @param floor the owner sees no messages up to
 * this id
 */
export function joinKept({
  owner,
  rows,
  peer,
  last,
  floor,
}: Record<'owner' | 'rows' | 'peer' | 'last' | 'floor', Sql>) {
  return sql`left join lateral (
    select true as replaces, n.* from (select) as one left join lateral (
      select e.id, e.sender_id, e.body, e.edited, e.recalled from messages e
      where e.owner_id = ${rows} and e.peer_id = ${peer} and e.id > ${floor} and e.id < ${last}
        and ${isKept(owner, peer, sql`e.id`)}
      order by e.id desc limit 1) n on true
    where not ${isKept(owner, peer, last)}) kept on true`;
}

/** The columns of the last message of the table `of` as the owner sees it. Id 0 for none. */
export function keptLast(of: 'c' | 'g') {
  const column = (name: string, kept: string) =>
    sql`case when kept.replaces then ${sql.ref(`kept.${kept}`)} else ${sql.ref(`${of}.${name}`)} end as ${sql.ref(name)}`;
  return sql`case when kept.replaces then coalesce(kept.id, 0) else ${sql.ref(`${of}.last_id`)} end as last_id,
      ${column('last_sender', 'sender_id')}, ${column('last_body', 'body')}, ${column('last_edited', 'edited')},
      ${column('last_recalled', 'recalled')}`;
}

type Sql = RawBuilder<number>;
