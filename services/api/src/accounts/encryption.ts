import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Encrypts a string with AES-256-GCM, so that a copy of the database alone does not reveal it.
 *
 * @param key `TOKEN_SECRET`
 * @param purpose what the string is, such as a TOTP secret. Each purpose has its own key
 * @param subject the owner of the string, such as a user. Decryption requires the same subject
 */
export function encrypt(key: string, purpose: string, subject: string | number, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(key, purpose), nonce).setAAD(Buffer.from(String(subject)));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64url');
}

/**
 * Decrypts a string. Returns undefined if it was encrypted with another key or for another purpose
 * or subject.
 *
 * @param keys the current and the previous `TOKEN_SECRET`
 */
export function decrypt(
  keys: readonly string[],
  purpose: string,
  subject: string | number,
  encrypted: string,
): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64url');
  for (const key of keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(key, purpose), bytes.subarray(0, 12), {
        authTagLength: 16,
      });
      decipher.setAuthTag(bytes.subarray(12, 28)).setAAD(Buffer.from(String(subject)));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // Tries the next key, because this one did not encrypt the string.
    }
  }
  return undefined;
}

function keyOf(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `parley ${purpose}`, 32));
}
