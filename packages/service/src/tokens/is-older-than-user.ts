import { principalDate } from '@parley/protocol';

/** Ms by which the clocks of an issuer and of PostgreSQL may differ. */
const TOLERANCE_MS = 60_000;

/**
 * Whether a token was issued before its user existed: it belongs to somebody else who once had the
 * same id, in a database that was replaced.
 *
 * @param issued the claim `iat`, in Unix seconds; a token without it is not checked
 */
export function isOlderThanUser(issued: number | undefined, user: number): boolean {
  const created = principalDate(user);
  return issued !== undefined && created !== undefined && issued * 1000 + TOLERANCE_MS < created;
}
