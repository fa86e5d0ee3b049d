import type { Claims } from '../connection/connection-deps.ts';
import type { Refused, Visitor } from './admission.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';

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
  gateway.findExternalUser(bearer).then((user) => {
    if (gateway.draining) refused({ code: 'draining' });
    else if (typeof user === 'number') found({ ...rest, user });
    else refused(user);
  });
}
