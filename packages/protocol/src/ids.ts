/** 2025-01-01T00:00:00Z in Unix ms, the origin of the time in message ids. */
export const MESSAGE_EPOCH = 1_735_689_600_000;

/** Message ids per ms. */
export const IDS_PER_MS = 4096;

/**
 * 2025-02-01T00:00:00Z in Unix ms. A message with an earlier date is older than Parley and was
 * imported. Its id is `date * 6 + counter`, so that the ids of all years since 1970 are smaller
 * than the ids of later messages.
 */
const EARLY_END = 1_738_368_000_000;
export const IDS_PER_EARLY_MS = 6;

/** Upper bound of the ids of messages before {@link EARLY_END}, exclusive. */
export const EARLY_IDS = EARLY_END * IDS_PER_EARLY_MS;

/**
 * Returns the date of a message in Unix ms. The id of a message is `(date - MESSAGE_EPOCH) * 4096 +
 * counter`.
 */
export function messageDate(id: number): number {
  return id < EARLY_IDS ? Math.floor(id / IDS_PER_EARLY_MS) : Math.floor(id / IDS_PER_MS) + MESSAGE_EPOCH;
}

/** Returns the smallest message id of a date, which is in Unix ms. */
export function firstMessageId(date: number): number {
  return date < EARLY_END ? Math.max(0, date) * IDS_PER_EARLY_MS : (date - MESSAGE_EPOCH) * IDS_PER_MS;
}

/**
 * Number of ids that imported messages with the same chat and date can have. From 2025-02 on,
 * imported messages use the upper half of a ms's ids, which live messages do not reach. Before
 * 2025-02, they also use the ids of the 341 ms after the date.
 */
const IMPORTED_IDS = 2048;

/** Returns the range of ids that imported messages with a date can have. */
export function importedIds(date: number): { first: number; last: number } {
  const first = firstMessageId(date) + (date < EARLY_END ? 0 : IDS_PER_MS - IMPORTED_IDS);
  return { first, last: first + IMPORTED_IDS - 1 };
}

/** Number of ids that users and groups can have per ms. */
const PRINCIPALS_PER_MS = 1024;

/**
 * Smallest id of a user or group that contains a date. Smaller ids are sequence numbers of versions
 * before 0.1.
 */
const FIRST_DATED_PRINCIPAL = 1_000_000_000_000;

/**
 * Returns when a user or group was created, in Unix ms. The id is `(date - MESSAGE_EPOCH) * 1024 +
 * counter`: because it contains the date, a restored database does not assign the same id again.
 * Returns undefined for ids of versions before 0.1 and for the system user.
 */
export function principalDate(id: number): number | undefined {
  if (id < FIRST_DATED_PRINCIPAL || id >= SYSTEM_USER) return undefined;
  return Math.floor(id / PRINCIPALS_PER_MS) + MESSAGE_EPOCH;
}

/** Id of the user who sends system messages. It is greater than any other id. */
export const SYSTEM_USER = 9_000_000_000_000_000;

/** Returns whether a value is a valid id of a user, group or message: a positive safe integer. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/**
 * Returns the name of the conversation between two users, with the smaller id first:
 * `195752_748418`. Both ids can be the same user.
 */
export function userConversation(a: number, b: number): string {
  return a < b ? `${a}_${b}` : `${b}_${a}`;
}

/** Returns the name of a group's conversation, such as `g88`. */
export function groupConversation(group: number): string {
  return `g${group}`;
}

/**
 * Parses the name of a conversation and returns its participants. Undefined if the string is not
 * such a name.
 */
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
