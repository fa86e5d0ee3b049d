import { type RawBuilder, sql } from 'kysely';

// SQL for messages that a user deleted from their own copy of a chat. In each function, `owner` is
// the user and `peer` the chat.

/** SQL condition: the owner has not hidden a message. */
export function isKept(owner: Sql, peer: Sql, id: Sql): RawBuilder<boolean> {
  return sql`not exists (
    select from hidden_messages h where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id = ${id})`;
}

/** SQL expression: an unread number minus the hidden messages of others above an id. */
export function keptUnread(unread: Sql, { owner, peer, above }: { owner: Sql; peer: Sql; above: Sql }): Sql {
  return sql`greatest(0, ${unread} - (
    select count(*) from hidden_messages h
    where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id > ${above} and h.sender_id <> ${owner}))`;
}

/**
 * SQL that joins the newest message that the owner has not hidden, as `kept`. Used only if the
 * owner has hidden the last message. `keptLast` selects it.
 *
 * @param rows the `owner_id` of the chat's rows in `messages` @param floor the owner sees no
 * messages up to this id
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

/** SQL columns of the last message of the table `of` for the owner. Id 0: no message. */
export function keptLast(of: 'c' | 'g') {
  const column = (name: string, kept: string) =>
    sql`case when kept.replaces then ${sql.ref(`kept.${kept}`)} else ${sql.ref(`${of}.${name}`)} end as ${sql.ref(name)}`;
  return sql`case when kept.replaces then coalesce(kept.id, 0) else ${sql.ref(`${of}.last_id`)} end as last_id,
      ${column('last_sender', 'sender_id')}, ${column('last_body', 'body')}, ${column('last_edited', 'edited')},
      ${column('last_recalled', 'recalled')}`;
}

type Sql = RawBuilder<number>;
