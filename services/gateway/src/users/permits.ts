import { type RedisConnection, readMembers, readPermit, type Standing, sendRequest } from '@parley/redis';
import type { LocalUser } from './hub.ts';

/** Permits remembered for each user. */
const REMEMBERED = 256;

/** Ms to wait between looks for what the recorder was asked for. */
const PATIENCE = [5, 10, 25, 50, 100, 200, 300, 300];

/**
 * How a user stands to another user or to a group. What Redis answered is remembered as long as the user's channel is
 * heard, on which changes are announced. A missing copy is asked for through the request stream; `unknown` when it does not come soon.
 */
export function readStanding(link: RedisConnection, user: LocalUser, to: number): Standing | Promise<Standing> {
  return user.permits?.get(to) ?? ask(link, user, to);
}

/**
 * How a user stands to another user or, if they are in it, the members of a group. These are read each time, so that whoever was
 * removed is out at once, though the gateway may not have heard of it yet.
 */
export async function readMembership(link: RedisConnection, user: LocalUser, to: number): Promise<number[] | Standing> {
  const standing = await readStanding(link, user, to);
  if (standing !== 'member') return standing;
  const members = await readMembers(link, to);
  if (members.includes(user.id)) return members;
  user.permits?.delete(to);
  const now = await readStanding(link, user, to);
  return now === 'member' ? await readMembers(link, to) : now;
}

async function ask(link: RedisConnection, user: LocalUser, to: number): Promise<Standing> {
  user.permits ??= new Map();
  const permits = user.permits;
  const standing = await readCopied(link, user.id, to);
  // `forget` may have come since, which dropped the map; the answer is then not kept.
  if (standing !== 'unknown' && standing !== 'nobody') {
    if (permits.size >= REMEMBERED) permits.delete(permits.keys().next().value as number);
    permits.set(to, standing);
  }
  return standing;
}

/** The same without remembering. */
export async function readCopied(link: RedisConnection, from: number, to: number): Promise<Standing> {
  const known = async () => {
    const standing = await readPermit(link, from, to);
    return standing === 'unknown' ? undefined : standing;
  };
  return (await askUntil(known, () => sendRequest(link, { kind: 'rebuild', id: to }))) ?? 'unknown';
}

/**
 * Reads what Redis may not have, and if so asks the recorder for it once and looks again a few times: about a second in all.
 * Undefined when it has not come by then.
 */
export async function askUntil<T>(
  read: () => Promise<T | undefined>,
  ask: () => Promise<void>,
): Promise<T | undefined> {
  let answer = await read();
  if (answer !== undefined) return answer;
  await ask();
  for (const pause of PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    answer = await read();
    if (answer !== undefined) return answer;
  }
  return undefined;
}
