import jwt from 'jsonwebtoken';
import type { ApnsConfig } from './config.ts';

/** Ms after which the server's APNs token is replaced. APNs accepts a token for an hour. */
const RENEW_MS = 40 * 60_000;

/**
 * Minimum age in ms before a token is replaced. APNs rejects servers that replace tokens more
 * often.
 */
const MIN_AGE_MS = 20 * 60_000;

/** The token that identifies this server to APNs. It is replaced every 40 minutes. */
export class ProviderToken {
  readonly #config: ApnsConfig;
  #current: { value: string; signed: number } | undefined;

  constructor(config: ApnsConfig) {
    this.#config = config;
  }

  /**
   * Returns the current token, or a new one if the current token is too old. `now` is in Unix ms.
   */
  get(now: number): string {
    if (!this.#current || now - this.#current.signed >= RENEW_MS) this.#current = this.#sign(now);
    return this.#current.value;
  }

  /**
   * Drops a token that APNs rejected as expired. Returns false if the token is too young to be
   * replaced.
   */
  reject(token: string, now: number): boolean {
    if (this.#current?.value !== token) return true;
    if (now - this.#current.signed < MIN_AGE_MS) return false;
    this.#current = undefined;
    return true;
  }

  #sign(now: number): { value: string; signed: number } {
    const { key, keyId, teamId } = this.#config;
    const claims = { iss: teamId, iat: Math.floor(now / 1000) };
    return { value: jwt.sign(claims, key, { algorithm: 'ES256', keyid: keyId }), signed: now };
  }
}
