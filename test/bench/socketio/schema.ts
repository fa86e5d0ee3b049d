/**
 * The tables of the Socket.IO server. A message between two users has two rows, one for each owner,
 * with the same primary key as in Parley. A message to a group has one row, whose owner is the
 * group. Groups have negative ids.
 */
export const schema = `
  create sequence message_id;
  create table members (group_id bigint not null, user_id bigint not null, primary key (user_id, group_id));
  create table messages (
    owner_id bigint not null,
    peer_id bigint not null,
    id bigint not null,
    sender_id bigint not null,
    text text not null,
    date timestamptz not null default now(),
    primary key (owner_id, peer_id, id)
  )`;

/** Inserts both rows of a message with one statement, and therefore in one transaction. */
export const insertMessage = `
  with message as (select nextval('message_id') as id)
  insert into messages (owner_id, peer_id, id, sender_id, text)
  select owner_id, peer_id, id, $1, $3
  from message, (values ($1::bigint, $2::bigint), ($2, $1)) as copies (owner_id, peer_id)
  returning id, date`;

/** Inserts the row of a message to a group if the sender is a member. */
export const insertGroupMessage = `
  insert into messages (owner_id, peer_id, id, sender_id, text)
  select group_id, group_id, nextval('message_id'), user_id, $3 from members where user_id = $1 and group_id = $2
  returning id, date`;

/**
 * Counts all rows, and the rows without duplicates. Two rows with the same owner and text are
 * duplicates.
 */
export const countRows = `
  select coalesce(sum(n), 0)::int as rows, count(*)::int as distinct
  from (select count(*) as n from messages group by owner_id, text) as copies`;
