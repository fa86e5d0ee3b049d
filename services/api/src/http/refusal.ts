import { type ErrorCode, errorCodes, type FieldError } from '@parley/protocol';

/** An error that is answered with a problem document. Clients see all of it. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  /** Seconds after which the client may retry. */
  readonly retryAfter: number | undefined;
  /** The rate limit that was exceeded. */
  readonly rateLimit: RateLimit | undefined;
  /** The methods of the path, when the method was not one of them. */
  readonly allow: readonly string[] | undefined;

  /** @param detail a sentence on this very case. Default: the title of the code */
  constructor(code: ErrorCode, detail?: string, { errors, retryAfter, rateLimit, allow, cause }: RefusalOptions = {}) {
    super(detail ?? errorCodes[code].title, { cause });
    this.name = 'Refusal';
    this.code = code;
    this.detail = this.message;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.rateLimit = rateLimit;
    this.allow = allow;
  }
}

/** The error of one field. */
export function fieldRefusal(code: 'bad-request' | 'not-found' | 'conflict', path: string, message: string): Refusal {
  return new Refusal(code, `${path}: ${message}`, { errors: [{ path, message }] });
}

/** How much of a rate limit is left. */
export interface RateLimit {
  /** Requests per minute. */
  limit: number;
  remaining: number;
  /** Seconds until all are left again. */
  reset: number;
}

interface RefusalOptions {
  errors?: FieldError[];
  retryAfter?: number;
  rateLimit?: RateLimit;
  allow?: readonly string[];
  cause?: unknown;
}
