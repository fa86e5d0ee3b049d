import type { User } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';

/** SQL expression that returns a user of a joined table as one JSON column. */
export function userJson(table: string): RawBuilder<User> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const fields = sql`'id', ${column('id')}, 'username', ${column('username')},
    'name', ${column('name')}, 'avatar', ${column('avatar')}, 'sign', ${column('sign')}`;
  return sql<User>`case when ${column('custom')} is null then json_build_object(${fields})
    else json_build_object(${fields}, 'custom', ${column('custom')}) end`;
}
