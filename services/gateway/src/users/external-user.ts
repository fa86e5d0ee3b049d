import type { ErrorCode } from '@parley/protocol';
import { type RedisConnection, readExternalUser, sendRequest } from '@parley/redis';
import type { Bearer, Log } from '@parley/service';
import { readOrRequest, readStanding } from './permits.ts';

/**
 * Returns the user of a token from another issuer. Reads the copies in Redis, because such a token
 * may name a user that does not exist here. If the copy is missing, requests it from the recorder.
 * Never rejects: returns an error code if there is no user.
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
    // Groups have ids too, but cannot connect.
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

/** The user id of another issuer's token, in the form that the token contains. */
export type ExternalBearer = Exclude<Bearer, { user: number }>;

/** Why the token does not belong to a user of this installation. */
export interface NoUser {
  code: ErrorCode;
  detail?: string;
}
