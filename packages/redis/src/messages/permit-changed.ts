/**
 * Thrown if the user's permission to write might have ended since the caller read it. Read the
 * permission again.
 */
export class PermitChanged extends Error {
  override name = 'PermitChanged';
}
