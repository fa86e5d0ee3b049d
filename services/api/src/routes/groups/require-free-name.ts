import type { Database } from '@parley/database';
import type { ApiConfig } from '../../config.ts';
import { fieldRefusal } from '../../http/refusal.ts';
import { isGroupName } from '../../queries/groups.ts';

/**
 * Refuses a name that another group has, if `UNIQUE_GROUP_NAMES` is set. With that setting, a
 * refusal can reveal that a private group exists.
 *
 * @param group the group that gets the name. Undefined for a new group
 */
export async function requireFreeName(
  tx: Database,
  config: Pick<ApiConfig, 'uniqueGroupNames'>,
  name: string | undefined,
  group?: number,
): Promise<void> {
  if (!config.uniqueGroupNames || name === undefined) return;
  if (await isGroupName(tx, name, group)) throw fieldRefusal('conflict', 'name', 'Another group has this name');
}
