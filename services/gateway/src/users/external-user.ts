import type { ErrorCode } from '@parley/protocol';
import { readExternalUser, sendRequest } from '@parley/redis';
import type { Bearer } from '@parley/service';
import type { Gateway } from '../start-gateway.ts';
import { askUntil, readCopied } from './permits.ts';

/**
 * The user that another issuer's token is for. What such a token says of users may be wrong, so it is looked up in the copies in
 * Redis; one that is missing is asked for through the request stream. Never rejects: the code says why there is none.
 */
export async function findBearer(gateway: Gateway, bearer: Foreign): Promise<number | NoBearer> {
  const { link, log } = gateway;
  try {
    const user = 'foreign' in bearer ? bearer.foreign : await findExternal(gateway, bearer.external);
    if (user === undefined) return away;
    const standing = user === null ? 'nobody' : await readCopied(link, user, user);
    if (standing === 'unknown') return away;
    // A group, too, is nobody who could come in.
    const person = standing === 'stranger' || standing === 'friend' || standing === 'blocked';
    return person ? (user as number) : { code: 'unauthenticated', detail: 'There is no such user here' };
  } catch (error) {
    log.debug({ err: error }, 'cannot find out whose token it is');
    return away;
  }
}

function findExternal({ link }: Gateway, external: string): Promise<number | null | undefined> {
  return askUntil(
    () => readExternalUser(link, external),
    () => sendRequest(link, { kind: 'external', external }),
  );
}

const away: NoBearer = { code: 'unavailable' };

/** Whom a token is for that was not made here. */
export type Foreign = Exclude<Bearer, { user: number }>;

interface NoBearer {
  code: ErrorCode;
  detail?: string;
}
