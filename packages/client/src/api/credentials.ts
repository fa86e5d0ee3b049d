import type { Session } from '@parley/protocol';
import type { ParleyError } from '../error.ts';
import type { Locks } from '../tabs/locks.ts';

/** Ms before its end at which an access token is no longer used. */
const MARGIN = 30_000;

/**
 * Knows the access token: that of the session, refreshed once for all who ask at a time, in this tab and others; or what a function
 * of the app's says.
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  session: SavedSession | undefined;
  /** Ms since 1970 at which the present token ends; NaN or undefined when it does not say. */
  expires: number | undefined;
  /** Whose token it is; undefined when that is not known. */
  user: number | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.user = options.user;
    this.#use(options.session);
  }

  /**
   * An access token that holds for a while.
   *
   * @param stale a token that was refused or is about to end: another one is wanted
   * @throws ParleyError with `retry: false` when there will be none: nobody is signed in, or the session is over
   */
  async token(stale?: string): Promise<string> {
    const { session } = this;
    if (session && session.accessToken !== stale && session.expires - MARGIN > Date.now()) return session.accessToken;
    this.#pending ??= this.#get(stale).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Takes what a sign-in, registration or refresh answered, or nothing when the session is over. */
  take(session: Session | undefined): void {
    this.#use(session && { ...session, expires: Date.now() + session.expiresIn * 1000 });
    this.#options.changed(this.session);
  }

  #use(session: SavedSession | undefined): void {
    this.session = session;
    this.expires = session?.expires;
    this.user = session ? session.user.id : this.#options.user;
  }

  async #get(stale: string | undefined): Promise<string> {
    const { token, locks } = this.#options;
    if (token) {
      const given = await token(stale);
      const { exp, sub } = claimsOf(given);
      this.expires = Number(exp) * 1000;
      this.user ??= Number(sub) || undefined;
      return given;
    }
    // Tabs share the cookie, and a refresh token that is used twice ends its session: one at a time.
    const refresh = () => this.#refresh();
    return locks ? locks.request('parley-session', {}, refresh) : refresh();
  }

  async #refresh(): Promise<string> {
    try {
      const session = await this.#options.refresh(this.session?.refreshToken);
      this.take(session);
      return session.accessToken;
    } catch (error) {
      if ((error as ParleyError).status === 401) this.take(undefined);
      throw error;
    }
  }
}

function claimsOf(token = ''): { sub?: unknown; exp?: unknown } {
  try {
    return JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
  } catch {
    return {};
  }
}

export interface CredentialsOptions {
  session?: SavedSession;
  user?: number;
  /** Gets tokens instead of a session. */
  token?: TokenSource;
  locks: Locks | undefined;
  /** Asks the api for a new session; without a token where the cookie says whose. */
  refresh(refreshToken: string | undefined): Promise<Session>;
  changed(session: SavedSession | undefined): void;
}

/** Gets an access token; `stale` is one that was refused or is about to end. */
export type TokenSource = (stale?: string) => string | Promise<string>;

/** A session and when its access token ends, in ms since 1970. */
export interface SavedSession extends Session {
  expires: number;
}
