import { createHash } from 'node:crypto';

/**
 * Maximum length of a ref (idempotency key of a message) that is stored unchanged. Longer refs are
 * hashed to save memory, because Redis stores up to a million refs.
 */
const MAX_LENGTH = 16;

/**
 * Returns the name under which a conversation stores a ref: `<sender>:<ref>`. A ref of more than 16
 * characters is replaced by its hash.
 */
export function refName(sender: number, ref: string): string {
  if (ref.length <= MAX_LENGTH) return `${sender}:${ref}`;
  // The 96 bits of the hash and the `=` are longer than any ref that is stored unchanged.
  return `${sender}:=${createHash('sha1').update(ref).digest('base64url').slice(0, MAX_LENGTH)}`;
}
