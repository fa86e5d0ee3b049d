/**
 * SQL expression for the message id up to which a group's messages are hidden from a member.
 * Messages are hidden because the member cleared the chat, or because the member joined later and
 * the group hides its earlier history. Uses the aliases `g` for the group, `m` for its member, and
 * `c` for the member's chat, which can be null.
 */
export const groupFloor = `greatest(c.cleared_id, case g.history when 'joined' then m.joined_id else 0 end)`;
