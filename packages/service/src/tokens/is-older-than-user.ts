import { principalDate } from '@parley/protocol';

/** Maximum ms by which the clocks of an issuer and of PostgreSQL can differ. */
const TOLERANCE_MS = 60_000;

/**
 * Returns whether a token was issued before its user existed. Such a token belongs to another user
 * with the same id, who was in a database that has been replaced.
 *
 * @param issued the claim `iat`, in Unix seconds. A token without it is not checked
 */
export function isOlderThanUser(issued: number | undefined, user: number): boolean {
  const created = principalDate(user);
  return issued !== undefined && created !== undefined && issued * 1000 + TOLERANCE_MS < created;
}
