import type { Database } from '@parley/database';
import { Refusal } from '../../../http/refusal.ts';
import { findGroupId } from '../../../queries/server-groups.ts';
import { type Ref, show } from '../refs.ts';

/** The id of a group. Refuses when there is none. */
export async function requireGroup(db: Database, group: Ref): Promise<number> {
  const found = await findGroupId(db, group);
  if (found === undefined) throw new Refusal('not-found', `There is no group ${show(group)}.`);
  return found;
}
