import type { Claims } from '../connection/connection-deps.ts';
import { type Refused, refuseOpening, type Visitor } from './admission.ts';
import type { ServerDeps } from './server-deps.ts';

/**
 * Finds the user who sent a request: at once if the token contains the user id, otherwise with a
 * read from Redis. Calls either `found` or `refused`, once.
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

/**
 * Finds the user who sent a request like `identify`, and refuses the request if the user cannot
 * open another connection now.
 */
export function identifyConnection(
  deps: ServerDeps,
  visitor: Visitor,
  found: (claims: Claims) => void,
  refused: (why: Refused) => void,
): void {
  const open = (claims: Claims) => {
    const refusal = refuseOpening(deps, claims.user);
    if (refusal) refused(refusal);
    else found(claims);
  };
  identify(deps, visitor, open, refused);
}
