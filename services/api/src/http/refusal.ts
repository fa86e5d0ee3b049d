import { type ErrorCode, errorCodes, type FieldError } from '@parley/protocol';

/** Thrown by a handler to answer a problem document. Nothing in it is secret. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;

  /** @param detail a sentence on this very case; the code's own when absent */
  constructor(code: ErrorCode, detail?: string, { errors, retryAfter, cause }: RefusalOptions = {}) {
    super(detail ?? errorCodes[code].title, { cause });
    this.name = 'Refusal';
    this.code = code;
    this.detail = this.message;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** Refuses because of one field. */
export function fieldRefusal(code: 'bad-request' | 'conflict', path: string, message: string): Refusal {
  return new Refusal(code, `${path}: ${message}`, { errors: [{ path, message }] });
}

interface RefusalOptions {
  errors?: FieldError[];
  retryAfter?: number;
  cause?: unknown;
}
