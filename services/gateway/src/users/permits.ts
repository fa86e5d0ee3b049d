import { type RedisConnection, readMembers, readPermit, type Standing, sendRequest } from '@parley/redis';
import type { LocalUser } from './local-user.ts';

/** Ms between reads of a copy that the recorder was asked to make. */
const RETRY_DELAYS_MS = [5, 10, 25, 50, 100, 200, 300, 300];

/**
 * How a user stands to another user or a group. Kept as long as the user's channel is subscribed,
 * on which changes are published. A missing copy is requested from the recorder. Returns `unknown`
 * if it does not arrive within a second.
 */
export function readStanding(redis: RedisConnection, user: LocalUser, to: number): Standing | Promise<Standing> {
  return user.permit(to) ?? readAndKeep(redis, user, to);
}

/**
 * How a user stands to another user, or the members of a group that the user is in. Members are
 * read each time, so that a removed member is out at once, even if this gateway has not received
 * the change yet.
 */
export async function readMembership(
  redis: RedisConnection,
  user: LocalUser,
  to: number,
): Promise<number[] | Standing> {
  const standing = await readStanding(redis, user, to);
  if (standing !== 'member') return standing;
  const members = await readMembers(redis, to);
  if (members.includes(user.id)) return members;
  user.forgetPermit(to);
  const now = await readStanding(redis, user, to);
  return now === 'member' ? await readMembers(redis, to) : now;
}

/** How a user stands to another user or a group, from the copy in Redis. Nothing is kept. */
export async function readCopied(redis: RedisConnection, from: number, to: number): Promise<Standing> {
  const read = async () => {
    const standing = await readPermit(redis, from, to);
    return standing === 'unknown' ? undefined : standing;
  };
  return (await readOrRequest(read, () => sendRequest(redis, { kind: 'rebuild', id: to }))) ?? 'unknown';
}

/**
 * Reads something that Redis may not have. If it is missing, requests it from the recorder and
 * reads again for about a second. Returns undefined if it is still missing then.
 */
export async function readOrRequest<T>(
  read: () => Promise<T | undefined>,
  request: () => Promise<void>,
): Promise<T | undefined> {
  const found = await read();
  if (found !== undefined) return found;
  await request();
  for (const delay of RETRY_DELAYS_MS) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const found = await read();
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readAndKeep(redis: RedisConnection, user: LocalUser, to: number): Promise<Standing> {
  const keep = user.readPermit(to);
  const standing = await readCopied(redis, user.id, to);
  if (standing !== 'unknown' && standing !== 'nobody') keep(standing);
  return standing;
}
