import type { FieldError } from '@parley/protocol';
import { Refusal } from './refusal.ts';

/**
 * Refuses a request whose path, query or body does not match its schema. The error lists the
 * invalid fields.
 */
export function onInvalid(result: Validated): void {
  if (result.success) return;
  const errors = result.error.issues.flatMap(fieldErrors);
  const first = errors[0];
  const detail = first && (first.path === '' ? first.message : `${first.path}: ${first.message}`);
  throw new Refusal('bad-request', detail, { errors });
}

function fieldErrors({ code, keys, errors = [], path, message }: Issue): FieldError[] {
  const at = (last: readonly PropertyKey[]) => [...path, ...last].map(String).join('.');
  // For a union, reports only the errors of the member schema with the fewest errors.
  const [nearest] = errors.toSorted((a, b) => a.length - b.length);
  if (code === 'invalid_union' && nearest) {
    return nearest.flatMap((issue) => fieldErrors({ ...issue, path: [...path, ...issue.path] }));
  }
  if (code === 'unrecognized_keys' && keys) {
    return keys.map((key) => ({ path: at([key]), message: 'Unknown field' }));
  }
  return [{ path: at([]), message }];
}

type Validated = { success: true } | { success: false; error: { issues: readonly Issue[] } };

interface Issue {
  code?: string | undefined;
  keys?: string[];
  /** For a union: the issues of each member schema. Their paths start at the union. */
  errors?: readonly (readonly Issue[])[];
  path: readonly PropertyKey[];
  message: string;
}
