import { type Custom, findExcess } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import { fieldRefusal } from './refusal.ts';

/**
 * Refuses custom data larger than `MAX_CUSTOM` bytes.
 * @param path the field that contains the custom data
 */
export function checkCustom({ limits }: ApiConfig, custom: Custom | null | undefined, path = 'custom'): void {
  const excess = custom ? findExcess(custom, limits.custom) : undefined;
  if (excess !== undefined) throw fieldRefusal('bad-request', path, excess);
}
