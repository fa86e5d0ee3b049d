import { z } from 'zod';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/** The media type of a problem document. */
export const problemType = 'application/problem+json';

/**
 * Makes the problem document (RFC 9457) of an error code.
 *
 * @param detail a sentence on this very case, safe to show to anyone; the code's own sentence when absent
 * @param errors the fields that are to blame, where some are
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
  /** `path` leads to the field through dots; empty for the whole. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type FieldError = NonNullable<Problem['errors']>[number];
