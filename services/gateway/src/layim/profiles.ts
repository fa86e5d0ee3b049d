import { type Profile, type RedisConnection, readProfile } from '@parley/redis';

/** Maximum number of cached profiles. */
const MAX_PROFILES = 10_000;

/**
 * Ms after which a cached profile expires. Needed for users whose changes this gateway does not
 * receive, because none of its connections subscribes to them.
 */
const EXPIRY_MS = 30_000;

/** Caches the names and avatars of users. Reads them from the profiles that Redis holds. */
export class Profiles {
  readonly #link: RedisConnection;
  readonly #known = new Map<number, { profile: Promise<Profile | undefined>; until: number }>();

  constructor(link: RedisConnection) {
    this.#link = link;
  }

  /**
   * Returns a user's profile. Undefined if it is not in Redis or Redis is unavailable. Never
   * rejects.
   */
  read(user: number): Promise<Profile | undefined> {
    const now = performance.now();
    const known = this.#known.get(user);
    if (known && known.until > now) return known.profile;
    const profile = readProfile(this.#link, user).catch(() => undefined);
    if (this.#known.size >= MAX_PROFILES) this.#known.delete(this.#known.keys().next().value as number);
    this.#known.set(user, { profile, until: now + EXPIRY_MS });
    return profile;
  }

  /** Evicts a profile that changed. */
  forget(user: number): void {
    this.#known.delete(user);
  }
}
