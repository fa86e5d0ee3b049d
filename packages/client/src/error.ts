import type { ErrorCode, FieldError } from '@parley/protocol';

/** Something was refused, or did not come to pass. */
export class ParleyError extends Error {
  /** The protocol's word, or `aborted` when the client was closed meanwhile. */
  declare readonly code: ErrorCode | 'aborted';
  /** The same may succeed later, unchanged. */
  declare readonly retry: boolean;
  /** The HTTP status, where there was one; 0 when there was no answer. */
  declare readonly status: number | undefined;
  /** The fields that are to blame, where some are. */
  declare readonly errors: FieldError[] | undefined;

  constructor(
    code: ErrorCode | 'aborted',
    message: string,
    more: Partial<Pick<ParleyError, 'retry' | 'status' | 'errors' | 'cause'>> = {},
  ) {
    super(message);
    Object.assign(this, { name: 'ParleyError', code, retry: false }, more);
  }
}
