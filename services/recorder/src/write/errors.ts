import { BadEntry } from '../entries/parse-entry.ts';

/**
 * Whether the entries themselves are to blame: they say nothing, or PostgreSQL refused a value (class 22), a constraint (23) or
 * a size (54). All else (connections, restarts, locks, a full disk, a missing table) may pass.
 */
export function isEntryFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return error instanceof BadEntry || (typeof code === 'string' && /^(22|23|54)[0-9A-Z]{3}$/.test(code));
}
