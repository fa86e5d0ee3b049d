import type { ErrorCode, FieldError } from '@parley/protocol';

/**
 * The error that every method of the SDK throws: the server has refused a request, could not be
 * reached, or the client was closed.
 */
export class ParleyError extends Error {
  /** Error code of the protocol. `aborted` if the client was closed or the call was cancelled. */
  declare readonly code: ErrorCode | 'aborted';
  /** True if the same request might succeed later. */
  declare readonly retry: boolean;
  /**
   * HTTP status of the response. 0 if the server did not respond. Undefined if the error is not
   * about an HTTP request.
   */
  declare readonly status: number | undefined;
  /** Invalid fields of the request, if the response lists them. */
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
