import type { Claims } from '../connection/connection-deps.ts';
import type { Refused, Visitor } from './admission.ts';
import type { ServerDeps } from './server-deps.ts';

/**
 * Finds the user of a visitor: at once for a token of this installation, with a read of Redis for a
 * token of another issuer. Calls either `found` or `refused`, once.
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
