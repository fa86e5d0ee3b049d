import { z } from 'zod';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/** Media type of a problem document. */
export const problemType = 'application/problem+json';

/**
 * Creates the problem document (RFC 9457) for an error code.
 *
 * @param detail a sentence about this occurrence, without private data. Default: the title of the
 * error code
 * @param errors the invalid fields
 */
export function problem(code: ErrorCode, detail?: string, errors?: FieldError[]): Problem {
  const { status, title } = errorCodes[code];
  const document = { type: `urn:parley:error:${code}`, title, status, code, detail: detail ?? title };
  return errors === undefined ? document : { ...document, errors };
}

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  /** Path of the field: field names joined by dots. Empty for the whole body. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type FieldError = NonNullable<Problem['errors']>[number];
