import type { Database } from '@parley/database';
import type { Role } from '@parley/protocol';
import { Refusal } from '../../http/refusal.ts';
import { getRole } from '../../queries/group-members.ts';
import { lockGroup } from '../../queries/groups.ts';

/**
 * Locks a group until the transaction ends and returns the caller's role. Throws `not-found` if the
 * caller is not a member, and `forbidden` if the caller's role is lower than `lowest`.
 */
export async function enterGroup(tx: Database, group: number, me: number, lowest: Role = 'member'): Promise<Role> {
  const role = (await lockGroup(tx, group)) ? await getRole(tx, group, me) : undefined;
  if (role === undefined) throw noGroup();
  if (ranks[role] > ranks[lowest]) {
    throw new Refusal(
      'forbidden',
      lowest === 'owner' ? 'Only the owner may do this.' : 'Only the owner and admins may do this.',
    );
  }
  return role;
}

export function noGroup(): Refusal {
  return new Refusal('not-found', 'You are in no group with this id.');
}

const ranks: Record<Role, number> = { owner: 0, admin: 1, member: 2 };
