import { fieldRefusal } from '../http/refusal.ts';
import { skeleton } from './skeleton.ts';

/**
 * Refuses a username or display name that is reserved or resembles a reserved name: `Adm1n`,
 * `a.d.m.i.n`, `аdmin` with a Cyrillic а.
 *
 * @throws Refusal `conflict`
 */
export function requireFreeName(reserved: readonly string[], field: 'username' | 'name', name: string): void {
  const look = skeleton(name);
  if (reserved.some((each) => skeleton(each) === look)) throw fieldRefusal('conflict', field, 'This name is reserved');
}
