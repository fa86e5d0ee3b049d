import { z } from '@hono/zod-openapi';
import { limits } from '@parley/protocol';

/** The query field with the number of items per page. Default: 50. */
export const limitField = z
  .string()
  .regex(/^\d{1,3}$/, `A whole number from 1 to ${limits.page}`)
  .transform(Number)
  .refine((value) => value >= 1 && value <= limits.page, { error: `A whole number from 1 to ${limits.page}` })
  .default(50)
  .openapi({ type: 'integer', minimum: 1, maximum: limits.page, default: 50 });

/**
 * Creates the codec of a page cursor, which marks where a list continues. A cursor contains the
 * values by which the list is ordered; clients treat it as opaque. Every string that matches the
 * pattern is a valid cursor. If the item of the cursor was deleted, the list continues after the
 * position of that item.
 *
 * @param parts `number`, `int32`, or the pattern of a string, which must be the last part
 */
export function pageCursor<const P extends readonly (keyof typeof numbers | RegExp)[]>(...parts: P): PageCursor<P> {
  const pattern = parts
    .map((part) => `(${typeof part === 'string' ? numbers[part].pattern : part.source})`)
    .join('\\.');
  const read = (text: string) => {
    const texts = new RegExp(`^${pattern}$`).exec(text)?.slice(1) ?? [];
    return texts.map((value, i) => {
      const part = parts[i];
      return typeof part === 'string' ? Math.min(Number(value), numbers[part].max) : value;
    }) as CursorValues<P>;
  };
  const field = z
    .string()
    .max(500)
    .regex(new RegExp(`^${pattern}$`), 'Not a cursor of this list. Use the `next` of the page before.')
    .transform(read)
    .openapi({ type: 'string', maxLength: 500, pattern: `^${pattern}$`, description: 'The `next` of the page before' });
  return { field, write: (values) => values.join('.') };
}

/**
 * Returns the query fields of a list: `limit`, and `after`, which is a page cursor of that list.
 */
export function pageFields<P extends readonly unknown[]>(cursor: PageCursor<P>) {
  return { limit: limitField, after: cursor.field.optional() };
}

/**
 * Builds a page from rows. Query one row more than `limit`: the extra row shows that there is a
 * next page.
 */
export function toPage<R, T, P extends readonly unknown[]>(
  rows: readonly R[],
  limit: number,
  toItem: (row: R) => T,
  cursor: PageCursor<P>,
  valuesOf: (row: R) => CursorValues<P>,
): Page<T> {
  const last = rows.length > limit ? (rows[limit - 1] as R) : undefined;
  return {
    items: rows.slice(0, limit).map(toItem),
    next: last === undefined ? null : cursor.write(valuesOf(last)),
  };
}

const numbers = {
  number: { pattern: '[0-9]{1,16}', max: Number.MAX_SAFE_INTEGER },
  int32: { pattern: '[0-9]{1,10}', max: 2 ** 31 - 1 },
};

/** The page cursor of lists that are ordered by one id. */
export const idCursor = pageCursor('number');

/** The values in a cursor: a string for a part that is a pattern, a number for any other part. */
export type CursorValues<P extends readonly unknown[]> = {
  -readonly [K in keyof P]: P[K] extends RegExp ? string : number;
};

export interface PageCursor<P extends readonly unknown[]> {
  /** The schema of the query field `after`. It parses a cursor to its values. */
  field: z.ZodType<CursorValues<P>, string>;
  write(values: CursorValues<P>): string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
