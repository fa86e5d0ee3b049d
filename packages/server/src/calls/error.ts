import type { ErrorCode, FieldError } from '@parley/protocol';

/** Thrown if the api refuses a call or does not respond. */
export class ParleyServerError extends Error {
  /** Error code of the protocol. `unavailable` if the api did not respond. */
  declare readonly code: ErrorCode;
  /** HTTP status of the response. 0 if the api did not respond. */
  declare readonly status: number;
  /** Describes this error in a sentence. */
  declare readonly detail: string;
  /** Seconds after which the call can be repeated, if the response states a time. */
  declare readonly retryAfter: number | undefined;
  /** Invalid fields of the request, if the response lists them. */
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
