import { z } from 'zod';

/**
 * A string of at most `max` characters (code points) that UTF-8 and PostgreSQL can store. Rejects
 * lone surrogates, which an encoder to UTF-8 would replace, and U+0000, which PostgreSQL cannot
 * store.
 */
export function text(max: number, min = 1) {
  return z
    .string()
    .min(min)
    .refine((value) => value.length <= max || fits(value, max), { error: `Too long: at most ${max} characters` })
    .refine((value) => value.isWellFormed(), { error: 'Holds a lone surrogate' })
    .refine((value) => !value.includes('\0'), { error: 'Holds a null character' })
    .meta({ minLength: min, maxLength: max, pattern: '^[^\\u0000]*$' });
}

/**
 * Returns whether a string has at most `max` code points. Counts code points only if the string has
 * more than `max` UTF-16 units, so that short strings are fast.
 */
export function fits(value: string, max: number): boolean {
  if (value.length <= max) return true;
  if (value.length > max * 2) return false;
  let count = 0;
  for (const _ of value) count += 1;
  return count <= max;
}

/** Id of a user, group, message or media file: a positive safe integer. */
export const id = z.int().positive().meta({ maximum: Number.MAX_SAFE_INTEGER });
