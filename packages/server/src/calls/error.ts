import type { ErrorCode, FieldError } from '@parley/protocol';

/** Thrown if the api refuses a call or does not reply. */
export class ParleyServerError extends Error {
  /** A code of the protocol. `unavailable` if the api did not reply. */
  declare readonly code: ErrorCode;
  /** HTTP status. 0 if the api did not reply. */
  declare readonly status: number;
  /** A sentence about this case. */
  declare readonly detail: string;
  /** Seconds after which the same call may succeed, if the response contains them. */
  declare readonly retryAfter: number | undefined;
  /** The invalid fields, if the response contains them. */
  declare readonly errors: FieldError[] | undefined;

  constructor(
    code: ErrorCode,
    status: number,
    detail: string,
    more: Partial<Pick<ParleyServerError, 'retryAfter' | 'errors' | 'cause'>> = {},
  ) {
    const fields = (more.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
    super([detail, ...fields].join('\n'));
    Object.assign(this, { name: 'ParleyServerError', code, status, detail, ...more });
  }
}
