import type { ErrorCode } from '@parley/protocol';
import { type RedisConnection, readExternalUser, sendRequest } from '@parley/redis';
import type { Bearer, Log } from '@parley/service';
import { readOrRequest, readStanding } from './permits.ts';

/**
 * The user of another issuer's token. Looked up in the copies in Redis, since such a token may name
 * users that do not exist here. A missing copy is requested from the recorder. Never rejects:
 * returns an error code if there is no user.
 */
export async function findExternalUser(
  { redis, log }: { redis: RedisConnection; log: Pick<Log, 'debug'> },
  bearer: ExternalBearer,
): Promise<number | NoUser> {
  try {
    const user = 'foreign' in bearer ? bearer.foreign : await findByExternalId(redis, bearer.external);
    if (user === undefined) return unavailable;
    const standing = user === null ? 'nobody' : await readStanding(redis, user, user);
    if (standing === 'unknown') return unavailable;
    // A group has an id too, but cannot connect.
    const isPerson = standing === 'stranger' || standing === 'friend' || standing === 'blocked';
    return isPerson ? (user as number) : { code: 'unauthenticated', detail: 'The token is for an unknown user' };
  } catch (error) {
    log.debug({ err: error }, 'looking up an external user failed');
    return unavailable;
  }
}

function findByExternalId(redis: RedisConnection, external: string): Promise<number | null | undefined> {
  return readOrRequest(
    () => readExternalUser(redis, external),
    () => sendRequest(redis, { kind: 'external', external }),
  );
}

const unavailable: NoUser = { code: 'unavailable' };

/** How a token of another issuer names its user. */
export type ExternalBearer = Exclude<Bearer, { user: number }>;

/** Why a token has no user here. */
export interface NoUser {
  code: ErrorCode;
  detail?: string;
}
