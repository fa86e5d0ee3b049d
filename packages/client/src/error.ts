import type { ErrorCode, FieldError } from '@parley/protocol';

/**
 * Every error that the SDK throws: the server refused a request, could not be reached, or the
 * client was closed.
 */
export class ParleyError extends Error {
  /** A code of the protocol, or `aborted` if the client was closed or the call was cancelled. */
  declare readonly code: ErrorCode | 'aborted';
  /** True if the same request may succeed later. */
  declare readonly retry: boolean;
  /**
   * HTTP status. 0 if the server did not respond. Undefined if the error is not about an HTTP
   * request.
   */
  declare readonly status: number | undefined;
  /** The invalid fields, if the response lists them. */
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
