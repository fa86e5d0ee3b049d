import { limits } from './limits.ts';
import { isNestedDeeper } from './nesting.ts';
import { readRef } from './read-frame.ts';

/**
 * Parses untrusted JSON. Rejects values that are nested deeper than `limits.depth`, because
 * recursive code such as validation and `JSON.stringify` would exhaust the stack. Never throws.
 */
export function parseJson(text: string): JsonReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'syntax', message: 'The frame is not JSON', ref: undefined };
  }
  if (!isNestedDeeper(value, limits.depth)) return { ok: true, value };
  const message = `Nested deeper than ${limits.depth} levels`;
  return { ok: false, reason: 'depth', message, ref: readRef(value) };
}

/**
 * The parsed value, or an error message and the `ref` of the frame. `ref` is undefined if it could
 * not be read.
 */
export type JsonReading =
  | { ok: true; value: unknown }
  | { ok: false; reason: 'syntax' | 'depth'; message: string; ref: string | undefined };
