import { z } from 'zod';
import { limits } from './limits.ts';
import { isNestedDeeper } from './nesting.ts';

/**
 * Custom data of an app: a JSON object of at most `limits.custom` bytes, which the server stores
 * and delivers without interpreting it. Rejects strings that PostgreSQL cannot store, and numbers
 * beyond `Number.MAX_SAFE_INTEGER`, of which a JSON parser may change the digits: `1e400` would
 * become `null`. Also rejects keys named `__proto__`, which get lost when an object is copied.
 * Checks this before `z.record`, which drops such a key.
 */
export const customSchema = z
  .unknown()
  .superRefine((value, context) => {
    const message = findProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .pipe(z.record(z.string(), z.unknown()))
  .meta({ type: 'object', additionalProperties: {} });

/** Custom data of an app: a JSON object. */
export type Custom = z.infer<typeof customSchema>;

/**
 * Returns an error message if custom data exceeds `max` bytes, the limit of the server. Otherwise
 * returns undefined.
 */
export function findExcess(custom: Custom, max: number): string | undefined {
  if (byteLength(custom) <= max) return undefined;
  if (max === 0) return 'This server allows no custom data';
  return `Too large: this server allows at most ${max} bytes of JSON`;
}

function findProblem(value: unknown): string | undefined {
  // Ignores values of other types, because the schema rejects them.
  if (typeof value !== 'object' || value === null) return undefined;
  if (isNestedDeeper(value, limits.depth)) return `Nested deeper than ${limits.depth} levels`;
  if (byteLength(value) > limits.custom) return `Too large: more than ${limits.custom} bytes of JSON`;
  if (!isStorable(value)) return 'Holds a null character or a lone surrogate';
  if (!isExact(value)) return `Holds a number beyond ±${Number.MAX_SAFE_INTEGER}: send it as a string`;
  return holdsProto(value) ? 'Holds a key __proto__' : undefined;
}

function byteLength(value: object): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * Returns whether every string and key of a JSON value is well-formed Unicode and contains no
 * U+0000.
 */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each));
}

/** Returns whether every number of a JSON value is at most `Number.MAX_SAFE_INTEGER`. */
function isExact(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isExact);
}

function holdsProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsProto);
}
