import {
  type RedisConnection,
  type Relation,
  readMembers,
  readMute,
  readPermit,
  readPermitFence,
  readRelation,
  type Standing,
  sendRequest,
} from '@parley/redis';
import type { LocalUser, Permit } from './local-user.ts';

/** Ms to wait before each attempt to read data that was requested from the recorder. */
const RETRY_DELAYS_MS = [5, 10, 25, 50, 100, 200, 300, 300];

/** Reads from Redis whether one user is allowed to write to another user or a group. */
export class Permits {
  readonly #redis: RedisConnection;
  readonly #chargeLookup: ChargeLookup;

  /**
   * @param chargeLookup charges a user for a request to the recorder, and rejects if the user has
   * made too many
   */
  constructor(redis: RedisConnection, chargeLookup: ChargeLookup) {
    this.#redis = redis;
    this.#chargeLookup = chargeLookup;
  }

  /**
   * Returns the relation of a user to another user or a group: friend, member, blocked and so on.
   * Caches it while the user's channel is subscribed, because changes are published there. If Redis
   * does not hold the relation, requests it from the recorder. Returns `unknown` if it does not
   * arrive within a second.
   */
  standing(user: LocalUser, to: number): Standing | Promise<Standing> {
    const permit = this.permit(user, to);
    return permit instanceof Promise ? permit.then(({ standing }) => standing) : permit.standing;
  }

  /** Returns the relation like `standing`, and also what the other user hides from the user. */
  permit(user: LocalUser, to: number): Permit | Promise<Permit> {
    return user.permit(to) ?? this.#readAndKeep(user, to);
  }

  /**
   * Returns the relation to another user, or the members of a group that the user belongs to. Reads
   * members each time, so that a removed member cannot write, even if this gateway has not received
   * the change yet.
   */
  async membership(user: LocalUser, to: number): Promise<number[] | Standing> {
    const found = await this.admission(user, to, { evenMuted: true });
    return Array.isArray(found) ? found : found.standing;
  }

  /**
   * Like `membership`, but also returns the permit fence of two users, a counter of permission
   * changes that `accept` checks. For a muted member, returns a permission with `mutedUntil`
   * instead of the members, unless `evenMuted` is set. Reads mutes each time, like members.
   */
  async admission(user: LocalUser, to: number, { evenMuted = false } = {}): Promise<number[] | Permit> {
    const permit = await this.permit(user, to);
    if (permit.standing !== 'member') return permit;
    const found = await this.#readGroup(user, to, evenMuted);
    if (!Array.isArray(found) || found.includes(user.id)) return found;
    user.forgetPermit(to);
    const now = await this.#readAndKeep(user, to);
    return now.standing === 'member' ? await this.#readGroup(user, to, evenMuted) : now;
  }

  /**
   * Returns the members of a group, or a permission with `mutedUntil` if the user is muted in it.
   */
  async #readGroup(user: LocalUser, group: number, evenMuted: boolean): Promise<number[] | Permit> {
    const mute = evenMuted ? 0 : readMute(this.#redis, group, user.id);
    const [members, mutedUntil] = await Promise.all([readMembers(this.#redis, group), mute]);
    const isMuted = mutedUntil > Date.now() && members.includes(user.id);
    return isMuted ? { ...unfenced.member, mutedUntil } : members;
  }

  /** Returns the relation of a user to another user or a group, without caching. */
  read(user: LocalUser, to: number): Promise<Relation> {
    return readCopy(
      this.#redis,
      to,
      () => readRelation(this.#redis, user.id, to),
      () => this.#chargeLookup(user),
    );
  }

  async #readAndKeep(user: LocalUser, to: number): Promise<Permit> {
    const keep = user.readPermit(to);
    const fence = await readPermitFence(this.#redis, user.id, to);
    const relation = await this.read(user, to);
    const { standing, hidesPresence, hidesReads } = relation;
    const plain = fence === 0 && !hidesPresence && !hidesReads;
    const permit = plain ? unfenced[standing] : { ...relation, fence };
    if (standing !== 'unknown' && standing !== 'nobody') keep(permit);
    return permit;
  }
}

const withoutFence = (standing: Standing): Permit => ({ standing, fence: 0 });

/**
 * Shared permissions that contain only a relation, one object per relation. Most permissions are of
 * this kind.
 */
const unfenced: Readonly<Record<Standing, Permit>> = {
  friend: withoutFence('friend'),
  stranger: withoutFence('stranger'),
  blocked: withoutFence('blocked'),
  member: withoutFence('member'),
  'not-member': withoutFence('not-member'),
  nobody: withoutFence('nobody'),
  unknown: withoutFence('unknown'),
};

/**
 * Reads the relation of a user to another user or a group from Redis. Requests it from the recorder
 * if it is missing.
 *
 * @param charge runs before the request to the recorder
 */
export async function readStanding(
  redis: RedisConnection,
  from: number,
  to: number,
  charge: () => Promise<void> = async () => {},
): Promise<Standing> {
  const read = async () => ({ standing: await readPermit(redis, from, to) });
  return (await readCopy(redis, to, read, charge)).standing;
}

async function readCopy(
  redis: RedisConnection,
  to: number,
  readNow: () => Promise<Relation>,
  charge: () => Promise<void>,
): Promise<Relation> {
  const read = async () => {
    const found = await readNow();
    return found.standing === 'unknown' ? undefined : found;
  };
  const request = async () => {
    await charge();
    await sendRequest(redis, { kind: 'rebuild', id: to });
  };
  return (await readOrRequest(read, request)) ?? { standing: 'unknown' };
}

/**
 * Reads data from Redis. If it is missing, requests it from the recorder and reads again for about
 * a second. Returns undefined if it is still missing afterwards.
 */
export async function readOrRequest<T>(
  read: () => Promise<T | undefined>,
  request: () => Promise<void>,
): Promise<T | undefined> {
  const found = await read();
  if (found !== undefined) return found;
  await request();
  for (const delay of RETRY_DELAYS_MS) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const found = await read();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Charges a user for a request to the recorder. Rejects if the user has made too many. */
export type ChargeLookup = (user: LocalUser) => Promise<void>;
