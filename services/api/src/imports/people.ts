import type { Database } from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import { Refusal } from '../http/refusal.ts';
import { findPeople } from '../queries/imports.ts';
import { show } from '../routes/server/refs.ts';

/** Maximum number of users and groups in the cache. */
const MAX_KNOWN = 50_000;

/**
 * Finds the users and groups to which lines refer, many at once, and caches them for later lines.
 */
export class People {
  readonly #db: Database;
  readonly #known = new Map<string, { id: number; group: boolean }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Loads the users and groups with these names that are not in the cache. */
  async load(names: readonly Name[]): Promise<void> {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    const asked = { users: new Set<string>(), groups: new Set<string>(), ids: new Set<number>() };
    for (const name of names) {
      if (this.#known.has(keyOf(name))) continue;
      if (typeof name === 'number') asked.ids.add(name);
      else if (name === 'system') asked.ids.add(SYSTEM_USER);
      else if (typeof name === 'string') asked.users.add(name);
      else asked.groups.add(name.group);
    }
    if (asked.users.size + asked.groups.size + asked.ids.size === 0) return;
    const { users, groups, ids } = asked;
    for (const { name, id, group } of await findPeople(this.#db, {
      ...{ users: [...users], groups: [...groups], ids: [...ids] },
    }))
      this.#known.set(name, { id, group });
  }

  /**
   * Returns a user or group that `load` has found.
   *
   * @throws Refusal if it does not exist
   */
  find(name: Name): { id: number; group: boolean } {
    const found = this.#known.get(keyOf(name));
    if (found) return found;
    if (typeof name === 'object') throw new Refusal('not-found', `There is no group ${show(name.group)}.`);
    throw new Refusal('not-found', `There is no user ${show(name)}.`);
  }

  /**
   * Returns a user that `load` has found.
   *
   * @throws Refusal if the user does not exist
   */
  user(name: Name): number {
    const { id, group } = this.find(name);
    if (group) throw new Refusal('bad-request', `${id} is a group.`);
    return id;
  }
}

function keyOf(name: Name): string {
  if (name === 'system') return `n:${SYSTEM_USER}`;
  if (typeof name === 'number') return `n:${name}`;
  return typeof name === 'string' ? `u:${name}` : `g:${name.group}`;
}

/**
 * How a line refers to a user or group: a number is Parley's id, a string is a user's external id,
 * and `group` is a group's external id.
 */
export type Name = number | string | { group: string };
