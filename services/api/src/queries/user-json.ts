import type { User } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';

/** A joined user as one column. */
export function userJson(table: string): RawBuilder<User> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql<User>`json_build_object('id', ${column('id')}, 'username', ${column('username')},
    'name', ${column('name')}, 'avatar', ${column('avatar')}, 'sign', ${column('sign')})`;
}
