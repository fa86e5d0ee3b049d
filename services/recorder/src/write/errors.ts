import { BadEntry } from '../entries/read-json.ts';

/**
 * Returns whether an error was caused by an entry: the entry cannot be parsed, or PostgreSQL
 * rejected a value (SQLSTATE class 22), a constraint (23) or a size (54). Other errors, such as
 * lost connections, restarts, locks, a full disk or a missing table, might be temporary.
 */
export function isEntryFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return error instanceof BadEntry || (typeof code === 'string' && /^(22|23|54)[0-9A-Z]{3}$/.test(code));
}

/** Returns a short reason why a batch could not be written, for the metric of failures. */
export function failureReason(error: unknown): 'disk-full' | 'read-only' | 'unavailable' {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === '53100') return 'disk-full';
  return code === '25006' ? 'read-only' : 'unavailable';
}
