import type { Claims } from '../connection/connection.ts';
import type { Gateway } from '../start-gateway.ts';
import { findBearer } from '../users/external-user.ts';
import type { Refused, Visitor } from './admission.ts';

/**
 * Finds out which user someone is who was let in: at once with a token made here, a moment later with another issuer's. Calls one of
 * both.
 */
export function identify(
  gateway: Gateway,
  { bearer, ...rest }: Visitor,
  found: (claims: Claims) => void,
  refused: (why: Refused) => void,
): void {
  if ('user' in bearer) return found({ ...rest, user: bearer.user });
  findBearer(gateway, bearer).then((user) => {
    if (gateway.draining) refused({ code: 'draining' });
    else if (typeof user === 'number') found({ ...rest, user });
    else refused(user);
  });
}
