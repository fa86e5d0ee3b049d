/** The user's permit may have ended since it was read. Read it again. */
export class PermitChanged extends Error {
  override name = 'PermitChanged';
}
