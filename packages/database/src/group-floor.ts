/**
 * SQL expression for the id up to which messages of a group are hidden from a member, because the
 * member cleared the chat, or joined later and the group hides its earlier history. Uses the group
 * `g`, its member `m` and the member's chat `c`, which may be null.
 */
export const groupFloor = `greatest(c.cleared_id, case g.history when 'joined' then m.joined_id else 0 end)`;
