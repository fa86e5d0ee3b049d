import type { Poster } from '@parley/service';
import jwt from 'jsonwebtoken';
import { CredentialsRefused, wordOf } from '../push-sender.ts';
import type { FcmConfig } from './config.ts';

/** Ms before its expiry when an access token is replaced. */
const MARGIN_MS = 300_000;

/**
 * Provides the access token of a Google service account (OAuth 2, RFC 7523). Caches the token until
 * shortly before it expires. Concurrent callers share one request.
 */
export class AccessToken {
  readonly #config: FcmConfig;
  readonly #poster: Pick<Poster, 'post'>;
  #current: { value: string; until: number } | undefined;
  #request: Promise<string> | undefined;

  constructor(config: FcmConfig, poster: Pick<Poster, 'post'>) {
    this.#config = config;
    this.#poster = poster;
  }

  /**
   * Resolves with a valid token. Rejects with `CredentialsRefused` if Google refuses to issue one.
   */
  async get(now: number): Promise<string> {
    if (this.#current && now < this.#current.until) return this.#current.value;
    this.#request ??= this.#fetch(now).finally(() => {
      this.#request = undefined;
    });
    return await this.#request;
  }

  /** Drops a token that FCM rejected. No-op if the token was already replaced. */
  reject(token: string): void {
    if (this.#current?.value === token) this.#current = undefined;
  }

  async #fetch(now: number): Promise<string> {
    const { tokenUrl } = this.#config;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Parley' };
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: this.#sign(now),
    });
    const { status, text } = await this.#poster.post(tokenUrl, headers, form.toString());
    const { access_token, expires_in, error } = read(text);
    if (status >= 400 && status < 500 && status !== 429) {
      throw new CredentialsRefused(`Google refuses FCM_CREDENTIALS: ${status} ${wordOf(error) ?? ''}`.trim());
    }
    if (status !== 200 || typeof access_token !== 'string' || typeof expires_in !== 'number') {
      throw new Error(`no access token from Google, which returned ${status}`);
    }
    const lifetime = expires_in * 1000;
    this.#current = { value: access_token, until: now + lifetime - Math.min(MARGIN_MS, lifetime / 2) };
    return access_token;
  }

  #sign(now: number): string {
    const { email, key, keyId, tokenUri } = this.#config.account;
    const iat = Math.floor(now / 1000);
    const scope = 'https://www.googleapis.com/auth/firebase.messaging';
    return jwt.sign({ iss: email, aud: tokenUri, scope, iat, exp: iat + 3600 }, key, {
      algorithm: 'RS256',
      ...(keyId === undefined ? {} : { keyid: keyId }),
    });
  }
}

function read(text: string | undefined): Record<string, unknown> {
  try {
    return (JSON.parse(text ?? '') ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
