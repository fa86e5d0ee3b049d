import type { Session } from '@parley/protocol';
import { ParleyError } from '../error.ts';
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
  #given: string | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.session = options.session;
  }

  /**
   * An access token that holds for a while.
   *
   * @param stale a token that was refused or is about to end: another one is wanted
   * @throws ParleyError with `retry: false` when there will be none: nobody is signed in, or the session is over
   */
  token(stale?: string): Promise<string> {
    if (!this.#options.token && this.#holds(stale)) return Promise.resolve((this.session as SavedSession).accessToken);
    this.#pending ??= this.#get(stale).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Ms since 1970 at which the present token ends; undefined when it does not say. */
  get expires(): number | undefined {
    if (!this.#options.token) return this.session?.expires;
    const { exp } = claimsOf(this.#given);
    return typeof exp === 'number' ? exp * 1000 : undefined;
  }

  /** Whose token it is; undefined when that is not known. */
  get user(): number | undefined {
    const subject = Number(claimsOf(this.#given).sub);
    return this.#options.user ?? this.session?.user.id ?? (Number.isSafeInteger(subject) ? subject : undefined);
  }

  /** Takes what a sign-in, registration or refresh answered, or nothing when the session is over. */
  take(session: Session | undefined): void {
    this.session = session && { ...session, expires: Date.now() + session.expiresIn * 1000 };
    this.#options.changed(this.session);
  }

  #holds(stale: string | undefined): boolean {
    const { session } = this;
    return session !== undefined && session.accessToken !== stale && session.expires - MARGIN > Date.now();
  }

  async #get(stale: string | undefined): Promise<string> {
    const { token, refresh, locks } = this.#options;
    if (token) {
      this.#given = await token(stale);
      return this.#given;
    }
    // Another tab may have refreshed it while this one waited for its turn.
    const work = async () => {
      if (!this.#holds(stale)) await this.#refresh(refresh);
      if (!this.session) throw new ParleyError('unauthenticated', 'Nobody is signed in');
      return this.session.accessToken;
    };
    return locks ? await locks.request('parley-session', {}, work) : await work();
  }

  async #refresh(refresh: CredentialsOptions['refresh']): Promise<void> {
    try {
      this.take(await refresh(this.session?.refreshToken));
    } catch (error) {
      if (error instanceof ParleyError && error.status === 401) this.take(undefined);
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
  session: SavedSession | undefined;
  user: number | undefined;
  /** Gets tokens instead of a session. */
  token: TokenSource | undefined;
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
