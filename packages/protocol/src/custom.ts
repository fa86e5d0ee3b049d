import { z } from 'zod';
import { limits } from './limits.ts';
import { isNestedDeeper } from './nesting.ts';

/**
 * Data of an app's own: a JSON object of at most `limits.custom` bytes that the server stores and
 * delivers unread. Rejects strings that PostgreSQL cannot store, and keys named `__proto__`, which
 * are lost wherever an object is copied. The checks precede `z.record`, which drops such a key.
 */
export const customSchema = z
  .unknown()
  .superRefine((value, context) => {
    const message = findProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .pipe(z.record(z.string(), z.unknown()))
  .meta({ type: 'object', additionalProperties: {} });

/** Data of an app's own. */
export type Custom = z.infer<typeof customSchema>;

/**
 * Returns why a server that allows `max` bytes of custom data rejects an object. Undefined if it
 * fits.
 */
export function findExcess(custom: Custom, max: number): string | undefined {
  if (byteLength(custom) <= max) return undefined;
  if (max === 0) return 'This server allows no custom data';
  return `Too large: this server allows at most ${max} bytes of JSON`;
}

function findProblem(value: unknown): string | undefined {
  // The schema names other types.
  if (typeof value !== 'object' || value === null) return undefined;
  if (isNestedDeeper(value, limits.depth)) return `Nested deeper than ${limits.depth} levels`;
  if (byteLength(value) > limits.custom) return `Too large: more than ${limits.custom} bytes of JSON`;
  if (!isStorable(value)) return 'Holds a null character or a lone surrogate';
  return holdsProto(value) ? 'Holds a key __proto__' : undefined;
}

function byteLength(value: object): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Whether every string and key of a JSON value is well-formed and without U+0000. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each));
}

function holdsProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsProto);
}
