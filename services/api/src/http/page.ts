import { z } from '@hono/zod-openapi';
import { limits } from '@parley/protocol';
import { fieldRefusal } from './refusal.ts';

/** How many items to answer. */
export const limitField = z
  .string()
  .regex(/^\d{1,3}$/, `A whole number from 1 to ${limits.page}`)
  .transform(Number)
  .refine((value) => value >= 1 && value <= limits.page, { error: `A whole number from 1 to ${limits.page}` })
  .default(50)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page, default: 50 });

/** The query of every list. */
export const pageFields = {
  limit: limitField,
  after: z.string().max(500).optional().openapi({ description: 'The `next` of the page before' }),
};

export const pageQuery = z.strictObject(pageFields);

/**
 * Makes a page of rows, of which one more than `limit` was asked for, to know whether there is a next page.
 *
 * @param place where a row lies in the list's order
 */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  toItem: (row: R) => T,
  place: (row: R) => Place,
): Page<T> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const next = last === undefined ? null : Buffer.from(JSON.stringify(place(last))).toString('base64url');
  return { items: rows.slice(0, limit).map(toItem), next };
}

/** Reads the place that `after` stands for; undefined at the beginning. Refuses what does not have that form. */
export function readCursor<P extends Place>(after: string | undefined, form: z.ZodType<P>): P | undefined {
  if (after === undefined) return undefined;
  try {
    return form.parse(JSON.parse(Buffer.from(after, 'base64url').toString()));
  } catch {
    throw fieldRefusal('bad-request', 'after', 'Not a place in this list');
  }
}

/** The place in a list ordered by one number. */
export const numberCursor = z.tuple([z.int()]);

/** The values a list is ordered by, of one row. */
export type Place = readonly (number | string | null)[];

export interface Page<T> {
  items: T[];
  next: string | null;
}
