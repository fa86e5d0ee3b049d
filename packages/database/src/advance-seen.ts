/**
 * SQL statement that advances the read and delivered marks of group members (the ids up to which a
 * member has read or received messages) and keeps `seen_count` exact. A mark never moves back. An
 * earlier statement of the transaction must lock the groups' rows, so that this statement sees
 * every message that the groups count. Ignores users who are not members. Does not count notices,
 * whose sender is the group.
 *
 * Parameters, each a `bigint[]` with one element per member: $1 group, $2 user, $3 read mark (0:
 * unchanged), $4 delivered mark, $5 id up to which messages count as seen.
 */
export const advanceSeen = `
  update group_members m set
    read_id = greatest(m.read_id, d.read_id),
    delivered_id = greatest(m.delivered_id, d.delivered_id),
    seen_id = greatest(m.seen_id, d.seen_id),
    seen_count = case
      when d.seen_id <= m.seen_id then m.seen_count
      when d.seen_id >= g.last_id then g.message_count
      else m.seen_count + (
        select count(*) from messages e
        where e.owner_id = g.id and e.peer_id = g.id and e.id > m.seen_id and e.id <= d.seen_id and e.sender_id not in (m.user_id, g.id))
      end
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    as d (group_id, user_id, read_id, delivered_id, seen_id)
  join groups g on g.id = d.group_id
  where m.group_id = d.group_id and m.user_id = d.user_id`;
