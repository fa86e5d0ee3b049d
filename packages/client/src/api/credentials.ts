import type { ParleyError } from '../error.ts';
import type { Session } from '../own-types.ts';
import type { Locks } from '../tabs/locks.ts';

/** Ms before the expiry of an access token at which the client replaces the token. */
const EXPIRY_MARGIN_MS = 30_000;

/**
 * Provides the access token, either of a session or from the app. Refreshes a session only once if
 * several callers or tabs need a new token at the same time.
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  session: SavedSession | undefined;
  /** Expiry of the current token in Unix ms. NaN or undefined if it is not known. */
  expires: number | undefined;
  /** Id of the user of the token, if known. */
  user: number | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.user = options.user;
    this.#use(options.session);
  }

  /**
   * Returns a valid access token.
   *
   * @param stale a token that the server has rejected or that expires soon. It is not returned
   * again
   * @throws ParleyError with `retry: false` if nobody is signed in or the session has ended
   */
  async token(stale?: string): Promise<string> {
    const { session } = this;
    const isFresh = session && session.accessToken !== stale && session.expires - EXPIRY_MARGIN_MS > Date.now();
    if (isFresh) return session.accessToken;
    this.#pending ??= this.#get(stale).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Sets a new session. Undefined: the session has ended. */
  setSession(session: Session | undefined): void {
    this.#use(session && { ...session, expires: Date.now() + session.expiresIn * 1000 });
    this.#options.changed(this.session);
  }

  #use(session: SavedSession | undefined): void {
    this.session = session;
    this.expires = session?.expires;
    this.user = session ? session.user.id : this.#options.user;
  }

  async #get(stale: string | undefined): Promise<string> {
    const { token: getToken, locks } = this.#options;
    if (getToken) {
      const token = await getToken(stale);
      const { exp, sub } = readClaims(token);
      this.expires = Number(exp) * 1000;
      this.user ??= Number(sub) || undefined;
      return token;
    }
    // Refreshes in one tab at a time. Tabs share the cookie, and the server ends a session whose
    // refresh token is used twice.
    const refresh = () => this.#refresh();
    return locks ? locks.request('parley-session', {}, refresh) : refresh();
  }

  async #refresh(): Promise<string> {
    try {
      const session = await this.#options.refresh(this.session?.refreshToken);
      this.setSession(session);
      return session.accessToken;
    } catch (error) {
      if ((error as ParleyError).status === 401) this.setSession(undefined);
      throw error;
    }
  }
}

function readClaims(token = ''): { sub?: unknown; exp?: unknown } {
  try {
    return JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    return {};
  }
}

export interface CredentialsOptions {
  session?: SavedSession;
  user?: number;
  /** Returns access tokens of the app, which replace a session. */
  token?: TokenSource;
  locks: Locks | undefined;
  /**
   * Requests new tokens for the session from the api. If `refreshToken` is undefined, the request
   * uses the session cookie.
   */
  refresh(refreshToken: string | undefined): Promise<Session>;
  changed(session: SavedSession | undefined): void;
}

/**
 * Function of the app that returns an access token. `stale` is a token that the server has rejected
 * or that expires soon.
 */
export type TokenSource = (stale?: string) => string | Promise<string>;

/** A session with the expiry of its access token, in Unix ms. */
export interface SavedSession extends Session {
  expires: number;
}
