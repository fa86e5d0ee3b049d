/**
 * Advances the marks of group members, never back, and keeps `seen_count` exact. An earlier
 * statement of the transaction must lock the groups' rows, so that this one sees every message they
 * count. $1 groups, $2 users, $3 read up to (0: no such mark), $4 delivered up to, $5 seen up to.
 * All are `bigint[]` with one element per member. Users who are not members are ignored. Notices,
 * whose sender is the group, do not count.
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
