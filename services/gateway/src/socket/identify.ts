import type { Claims } from '../connection/connection-deps.ts';
import type { Refused, Visitor } from './admission.ts';
import type { ServerDeps } from './server-deps.ts';

/**
 * Finds out which user a visitor is: at once for a token made here, after a look at Redis for a
 * token of another issuer. Calls exactly one of `found` and `refused`.
 */
export function identify(
  deps: ServerDeps,
  { bearer, connection, session, device, expires, echo = true }: Visitor,
  found: (claims: Claims) => void,
  refused: (why: Refused) => void,
): void {
  const claims = { connection, session, device, expires, echo };
  if ('user' in bearer) return found({ ...claims, user: bearer.user });
  deps
    .findExternalUser(bearer)
    .then((user) => {
      if (deps.draining) refused({ code: 'draining' });
      else if (typeof user === 'number') found({ ...claims, user });
      else refused(user);
    })
    .catch((error) => {
      deps.log.error({ err: error }, 'request handler failed');
      refused({ code: 'internal' });
    });
}
