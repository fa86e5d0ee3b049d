import { createHash } from 'node:crypto';

/**
 * Maximum length of a ref that is stored unchanged. Longer refs are hashed to save memory, because
 * Redis may hold a million refs.
 */
const MAX_LENGTH = 16;

/**
 * Returns the name by which a conversation remembers a ref, `<sender>:<ref>` with at most 16
 * characters of the ref or its hash.
 */
export function refName(sender: number, ref: string): string {
  if (ref.length <= MAX_LENGTH) return `${sender}:${ref}`;
  // 96 bits. With the `=` it is longer than any ref that is not hashed.
  return `${sender}:=${createHash('sha1').update(ref).digest('base64url').slice(0, MAX_LENGTH)}`;
}
