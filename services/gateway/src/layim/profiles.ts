import { type Profile, type RedisConnection, readProfile } from '@parley/redis';

/** Profiles remembered. */
const REMEMBERED = 10_000;

/** Ms for which they are: those whose change is not heard of here are old no longer than that. */
const FRESH = 30_000;

/** How users are shown, as the copies in Redis say, remembered for a while. */
export class Profiles {
  readonly #link: RedisConnection;
  readonly #known = new Map<number, { profile: Promise<Profile | undefined>; until: number }>();

  constructor(link: RedisConnection) {
    this.#link = link;
  }

  /** How a user is shown; undefined when that is not known. Never rejects. */
  read(user: number): Promise<Profile | undefined> {
    const now = performance.now();
    const known = this.#known.get(user);
    if (known && known.until > now) return known.profile;
    const profile = readProfile(this.#link, user).catch(() => undefined);
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value as number);
    this.#known.set(user, { profile, until: now + FRESH });
    return profile;
  }

  /** The user's profile changed. */
  forget(user: number): void {
    this.#known.delete(user);
  }
}
