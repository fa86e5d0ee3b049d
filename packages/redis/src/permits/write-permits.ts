import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { type GroupRestrictions, toRestrictionFields } from './restrictions.ts';
import source from './write-permits.lua';

const script = createScript('write-permits', [source]);

/**
 * Seconds for which Redis caches that an id does not exist. Longer than writing permits can last.
 */
const NOBODY_TTL = 60;
const GONE_TTL = 86_400;

/**
 * Replaces the cached permits of a user or group in Redis. Ignores older versions, so that
 * concurrent writers converge. Returns whether the copy was written.
 */
export async function writePermits(redis: RedisConnection, id: number, copy: PermitsCopy): Promise<boolean> {
  const { keys } = redis;
  const lists =
    copy.kind === 'user'
      ? [copy.contacts.length, ...copy.contacts, ...copy.blocks]
      : copy.kind === 'group'
        ? [copy.members.length, ...copy.members, ...toRestrictionFields(copy)]
        : [0];
  const floors = copy.kind === 'group' ? (copy.floors ?? []) : [];
  const { version = -1 } = copy;
  const ttl = version < 0 ? NOBODY_TTL : GONE_TTL;
  const { copy: name, contacts, blocks, members, restrictions, hidden, floors: floorsOf } = keys;
  const names = [name, contacts, blocks, members, restrictions, hidden, floorsOf].map((key) => key(id));
  return (await redis.run(script, names, [kindOf(copy), version, ttl, JSON.stringify(floors), ...lists])) === 1;
}

/**
 * Returns the kind of a copy, which includes the privacy settings of a user who hides their
 * presence or read marks.
 */
function kindOf(copy: PermitsCopy): string {
  if (copy.kind !== 'user') return copy.kind;
  const { lastSeen = 'everyone', readReceipts = 'everyone' } = copy;
  if (readReceipts === 'nobody') return `user.${lastSeen}.nobody`;
  return lastSeen === 'everyone' ? 'user' : `user.${lastSeen}`;
}

/** Returns whether Redis has a copy of the permits of this id. */
export async function hasPermits(redis: RedisConnection, id: number): Promise<boolean> {
  return (await redis.client.exists(redis.keys.copy(id))) === 1;
}

/**
 * The permits of an id, as in PostgreSQL: who is allowed to write to this user or group. `version`
 * grows with each change.
 */
export type PermitsCopy =
  | UserCopy
  | GroupCopy
  /** The version of the permits. Undefined if no user or group ever had the id. */
  | { kind: 'nobody'; version?: number };

interface UserCopy {
  kind: 'user';
  version: number;
  contacts: number[];
  blocks: number[];
  /** Who can see the user's presence. Default: `everyone` who is allowed to write to the user. */
  lastSeen?: 'everyone' | 'friends' | 'nobody';
  /** `nobody`: the user and the user's direct chat partners cannot see each other's read marks. */
  readReceipts?: 'everyone' | 'nobody';
}

interface GroupCopy extends GroupRestrictions {
  kind: 'group';
  version: number;
  members: number[];
  /**
   * Members who cannot see earlier messages, each with the message id up to which messages are
   * hidden. Default: none.
   */
  floors?: [user: number, id: number][];
}
