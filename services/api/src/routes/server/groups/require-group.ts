import type { Database } from '@parley/database';
import { Refusal } from '../../../http/refusal.ts';
import { lockGroup } from '../../../queries/groups.ts';
import { findGroupId } from '../../../queries/server-groups.ts';
import { type Ref, show } from '../refs.ts';

/** Returns the id of a group. Throws `not-found` if the group does not exist. */
export async function requireGroup(db: Database, group: Ref): Promise<number> {
  const found = await findGroupId(db, group);
  if (found === undefined) throw new Refusal('not-found', `There is no group ${show(group)}.`);
  return found;
}

/**
 * Locks a group until the transaction ends and returns the group's id. Throws `not-found` if the
 * group does not exist.
 */
export async function lockServerGroup(tx: Database, ref: Ref): Promise<number> {
  const group = await requireGroup(tx, ref);
  if (!(await lockGroup(tx, group))) throw new Refusal('not-found');
  return group;
}
