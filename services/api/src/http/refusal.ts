import { type ErrorCode, errorCodes, type FieldError } from '@parley/protocol';

/** An error that the api sends as a problem document. Clients see its message and fields. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  /** Number of seconds after which the client can retry. */
  readonly retryAfter: number | undefined;
  /** The rate limit that the request exceeded. */
  readonly rateLimit: RateLimit | undefined;
  /** The methods that the path supports. Set if the request used another method. */
  readonly allow: readonly string[] | undefined;

  /** @param detail a sentence that explains this error. Default: the title of the error code */
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

/** Creates a refusal that reports an error in one field. */
export function fieldRefusal(code: 'bad-request' | 'not-found' | 'conflict', path: string, message: string): Refusal {
  return new Refusal(code, `${path}: ${message}`, { errors: [{ path, message }] });
}

/** The state of a rate limit, for the `RateLimit-*` headers. */
export interface RateLimit {
  /** Number of requests that are allowed per minute. */
  limit: number;
  remaining: number;
  /** Number of seconds until the limit is fully available again. */
  reset: number;
}

interface RefusalOptions {
  errors?: FieldError[];
  retryAfter?: number;
  rateLimit?: RateLimit;
  allow?: readonly string[];
  cause?: unknown;
}
