/** 2025-01-01T00:00:00Z in Unix ms, the origin of message ids. */
export const MESSAGE_EPOCH = 1_735_689_600_000;

/** Message ids per ms. */
export const IDS_PER_MS = 4096;

/**
 * 2025-02-01T00:00:00Z in Unix ms. Messages before it are older than Parley and were imported.
 * Their ids are `date * 6 + counter`, so that the ids of all years since 1970 fit below the others.
 */
const EARLY_END = 1_738_368_000_000;
export const IDS_PER_EARLY_MS = 6;

/** Ids below this are of messages before {@link EARLY_END}. */
export const EARLY_IDS = EARLY_END * IDS_PER_EARLY_MS;

/** Returns the date of a message in Unix ms. Ids are `(date - MESSAGE_EPOCH) * 4096 + counter`. */
export function messageDate(id: number): number {
  return id < EARLY_IDS ? Math.floor(id / IDS_PER_EARLY_MS) : Math.floor(id / IDS_PER_MS) + MESSAGE_EPOCH;
}

/** Returns the smallest message id of a ms. `date` is in Unix ms. */
export function firstMessageId(date: number): number {
  return date < EARLY_END ? Math.max(0, date) * IDS_PER_EARLY_MS : (date - MESSAGE_EPOCH) * IDS_PER_MS;
}

/**
 * Ids that imported messages of one chat and date can have: the upper half of the counters of a ms,
 * which live messages do not reach. Before 2025-02, also the ids of the 341 ms after the date.
 */
const IMPORTED_IDS = 2048;

/** Returns the ids that imported messages of a date can have, in ascending order. */
export function importedIds(date: number): { first: number; last: number } {
  const first = firstMessageId(date) + (date < EARLY_END ? 0 : IDS_PER_MS - IMPORTED_IDS);
  return { first, last: first + IMPORTED_IDS - 1 };
}

/** Number of ids of users and groups per ms. */
const PRINCIPALS_PER_MS = 1024;

/**
 * Smallest id with a date. Smaller ids of users and groups are sequence numbers of versions before
 * 0.1.
 */
const FIRST_DATED_PRINCIPAL = 1_000_000_000_000;

/**
 * Returns when a user or group was created, in Unix ms. Ids are `(date - MESSAGE_EPOCH) * 1024 +
 * counter`, so that a restored database does not reuse an id. Undefined for ids of versions before
 * 0.1 and for the system user.
 */
export function principalDate(id: number): number | undefined {
  if (id < FIRST_DATED_PRINCIPAL || id >= SYSTEM_USER) return undefined;
  return Math.floor(id / PRINCIPALS_PER_MS) + MESSAGE_EPOCH;
}

/** The sender of system messages. Its id is greater than any other id. */
export const SYSTEM_USER = 9_000_000_000_000_000;

/** Returns whether a value is a valid id of a user, group or message: a positive safe integer. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/**
 * Returns the conversation of two users, the smaller id first: `195752_748418`. Both may be the
 * same user.
 */
export function userConversation(a: number, b: number): string {
  return a < b ? `${a}_${b}` : `${b}_${a}`;
}

/** Returns the conversation of a group: `g88`. */
export function groupConversation(group: number): string {
  return `g${group}`;
}

/** Returns the participants of a conversation. Undefined if the text is not a conversation. */
export function parseConversation(text: string): Conversation | undefined {
  const pair = /^([1-9]\d*)_([1-9]\d*)$/.exec(text);
  if (pair) {
    const users: [number, number] = [Number(pair[1]), Number(pair[2])];
    return isId(users[0]) && isId(users[1]) && users[0] <= users[1] ? { type: 'users', users } : undefined;
  }
  const group = /^g([1-9]\d*)$/.exec(text);
  return group && isId(Number(group[1])) ? { type: 'group', group: Number(group[1]) } : undefined;
}

export type Conversation =
  | { type: 'users'; users: [smaller: number, greater: number] }
  | { type: 'group'; group: number };
