import type { Pool } from '../open-database.ts';

/** Returns the users whose chats changed most recently, the newest first. */
export async function recentUsers(pool: Pool, limit: number): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `select c.owner_id as id from chats c join users u on u.id = c.owner_id and u.erased is null
    group by c.owner_id order by max(c.updated) desc limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}
