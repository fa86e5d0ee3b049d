import type { ErrorCode, FieldError } from '@parley/protocol';

/** Something was refused, or did not come to pass. */
export class ParleyError extends Error {
  /** The protocol's word, or `aborted` when the client was closed meanwhile. */
  readonly code: ErrorCode | 'aborted';
  /** The same may succeed later, unchanged. */
  readonly retry: boolean;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** The fields that are to blame, where some are. */
  readonly errors: FieldError[] | undefined;

  constructor(code: ErrorCode | 'aborted', message: string, more: ParleyErrorOptions = {}) {
    super(message, { cause: more.cause });
    this.name = 'ParleyError';
    this.code = code;
    this.retry = more.retry ?? false;
    this.status = more.status;
    this.errors = more.errors;
  }
}

export interface ParleyErrorOptions {
  retry?: boolean;
  status?: number | undefined;
  errors?: FieldError[] | undefined;
  cause?: unknown;
}
