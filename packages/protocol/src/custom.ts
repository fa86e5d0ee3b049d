import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * Data of an app's own: a JSON object of at most `limits.custom` bytes that the server stores and
 * delivers unread. Rejects strings that PostgreSQL cannot store.
 */
export const customSchema = z
  .record(z.string(), z.unknown())
  .refine((value) => byteLength(JSON.stringify(value)) <= limits.custom, {
    error: `Too large: at most ${limits.custom} bytes of JSON`,
  })
  .refine(isStorable, { error: 'Holds a null character or a lone surrogate' });

/** Data of an app's own. */
export type Custom = z.infer<typeof customSchema>;

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether every string and key of a JSON value is well-formed and without U+0000. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each));
}
