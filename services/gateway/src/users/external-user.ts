import type { ErrorCode } from '@parley/protocol';
import { type RedisConnection, readExternalUser, sendRequest } from '@parley/redis';
import type { Bearer, Log } from '@parley/service';
import { readOrRequest, readStanding } from './permits.ts';

/**
 * Returns the user of a token from an external issuer. Checks in Redis that the user exists, and
 * requests the user from the recorder if Redis does not hold it. Never rejects: if no user is
 * found, returns an error code.
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
    // Rejects the id of a group, because only users can connect.
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

/** The user that a token of an external issuer identifies: by Parley's id or by an external id. */
export type ExternalBearer = Exclude<Bearer, { user: number }>;

/** The reason why a token belongs to no user of this installation. */
export interface NoUser {
  code: ErrorCode;
  detail?: string;
}
