/**
 * Messages of a group up to this id are not a member's to see: they deleted them, or joined later where the group shows nothing of the
 * time before. SQL over the group `g`, its member `m` and the member's chat `c`, which may be missing.
 */
export const groupFloor = `greatest(c.cleared_id, case g.history when 'joined' then m.joined_id else 0 end)`;
