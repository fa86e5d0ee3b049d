import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { type GroupRestrictions, toRestrictionFields } from './restrictions.ts';
import source from './write-permits.lua';

const script = createScript('write-permits', [source]);

/**
 * Seconds for which Redis remembers that an id does not exist. Longer than any write of permits
 * lasts.
 */
const NOBODY_TTL = 60;
const GONE_TTL = 86_400;

/**
 * Replaces the permit copy of a user or group in Redis. Older versions are ignored, so that
 * concurrent writers converge. Returns whether it was written.
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
 * Returns the kind of a copy, with the choices of a user who hides their presence or read marks.
 */
function kindOf(copy: PermitsCopy): string {
  if (copy.kind !== 'user') return copy.kind;
  const { lastSeen = 'everyone', readReceipts = 'everyone' } = copy;
  if (readReceipts === 'nobody') return `user.${lastSeen}.nobody`;
  return lastSeen === 'everyone' ? 'user' : `user.${lastSeen}`;
}

/** Returns whether Redis has a copy for this id. */
export async function hasPermits(redis: RedisConnection, id: number): Promise<boolean> {
  return (await redis.client.exists(redis.keys.copy(id))) === 1;
}

/**
 * The users who may write to an id, as in PostgreSQL, with a version that grows with each change.
 */
export type PermitsCopy =
  | UserCopy
  | GroupCopy
  /** `version` is set if the id once was a group. */
  | { kind: 'nobody'; version?: number };

interface UserCopy {
  kind: 'user';
  version: number;
  contacts: number[];
  blocks: number[];
  /** Who sees the user's presence. Default: `everyone` who may write to the user. */
  lastSeen?: 'everyone' | 'friends' | 'nobody';
  /** `nobody`: the user and the peers of direct chats do not see each other's read marks. */
  readReceipts?: 'everyone' | 'nobody';
}

interface GroupCopy extends GroupRestrictions {
  kind: 'group';
  version: number;
  members: number[];
  /**
   * Members who do not see earlier messages, and the id up to which they do not. Default: none.
   */
  floors?: [user: number, id: number][];
}
