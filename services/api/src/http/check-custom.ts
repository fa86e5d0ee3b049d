import { type Custom, findExcess } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import { fieldRefusal } from './refusal.ts';

/**
 * Refuses custom data that are larger than `MAX_CUSTOM`.
 * @param path the field that contains them
 */
export function checkCustom({ limits }: ApiConfig, custom: Custom | null | undefined, path = 'custom'): void {
  const excess = custom ? findExcess(custom, limits.custom) : undefined;
  if (excess !== undefined) throw fieldRefusal('bad-request', path, excess);
}
