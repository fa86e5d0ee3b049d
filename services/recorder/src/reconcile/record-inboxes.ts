import type { Entry } from '@parley/database';
import { findUnrecorded, writeBatch } from '@parley/database';
import type { EventOf, ParleyEvent } from '@parley/protocol';
import { inboxOwners } from '@parley/redis';
import { parseEntry } from '../entries/parse-entry.ts';
import { readJson } from '../entries/read-json.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';

/** Events of one read. */
const PAGE = 500;

/**
 * Writes to PostgreSQL the messages, recalls, edits, reactions, pins and marks that inboxes contain
 * but PostgreSQL lacks because it was restored to an earlier time. Skips messages of users who
 * registered after that time, because their accounts are lost. Returns the number of written
 * entries.
 */
export async function recordInboxes(deps: ReconcileDeps): Promise<number> {
  let written = 0;
  // Writes the messages of all inboxes before the changes, because a change without its message is
  // deleted after a day.
  for (const kinds of [['message'], ['recall', 'edit', 'react', 'pin', 'hide', 'mark']]) {
    for (const owner of await inboxOwners(deps.redis)) written += await recordInbox(deps, owner, new Set(kinds));
  }
  return written;
}

async function recordInbox(deps: ReconcileDeps, owner: number, kinds: ReadonlySet<string>): Promise<number> {
  const { client, keys } = deps.redis;
  let written = 0;
  for (let from = '-'; ; ) {
    const page = await client.xrange(keys.inbox(owner), from, '+', 'COUNT', PAGE);
    const events = page.map(([, [, text]]) => JSON.parse(text ?? '{}') as ParleyEvent);
    const wanted = events.filter(({ kind }) => kinds.has(kind));
    const missing = await keepUnrecorded(deps, owner, wanted);
    const known = await keepKnown(deps, owner, missing);
    const entries = known.map((each, index) => toEntry(owner, each, Date.now() + index));
    if (entries.length > 0) await writeBatch(deps.pool, entries, () => true);
    written += entries.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return written;
    from = `(${last[0]}`;
  }
}

/**
 * Returns the events of an inbox, except messages that are already recorded or that the inbox's
 * owner has deleted.
 */
async function keepUnrecorded({ pool }: ReconcileDeps, owner: number, events: ParleyEvent[]): Promise<ParleyEvent[]> {
  const messages = events.filter((event) => event.kind === 'message');
  const keys = messages.map((event) => ({ user: owner, chat: chatOf(owner, event), id: event.id, event }));
  const missing = new Set((await findUnrecorded(pool, keys)).map(({ event }): ParleyEvent => event));
  return events.filter((event) => event.kind !== 'message' || missing.has(event));
}

/**
 * Omits the events of chats whose user or group PostgreSQL does not contain. Returns each other
 * event with whether its chat is a group.
 */
async function keepKnown({ db }: ReconcileDeps, owner: number, events: ParleyEvent[]): Promise<KnownEvent[]> {
  const recorded = events as Recorded[];
  const ids = [...new Set([owner, ...recorded.map((event) => chatOf(owner, event))])];
  const users = await db.selectFrom('users').select(['id', 'privacy']).where('id', 'in', ids).execute();
  const groups = await db
    .selectFrom('groups')
    .select('id')
    .where('id', 'in', ids)
    .where('dissolved', 'is', null)
    .execute();
  const isGroup = new Map([
    ...users.map(({ id }): [number, boolean] => [id, false]),
    ...groups.map(({ id }): [number, boolean] => [id, true]),
  ]);
  if (!isGroup.has(owner)) return [];
  const choosy = new Set(users.filter(({ privacy }) => 'readReceipts' in privacy).map(({ id }) => id));
  return recorded.flatMap((event) => {
    const chat = chatOf(owner, event);
    const group = isGroup.get(chat);
    return group === undefined ? [] : [{ event, group, mayHideReads: choosy.has(owner) || choosy.has(chat) }];
  });
}

function chatOf(owner: number, event: Recorded): number {
  if (event.kind !== 'message') return event.chat;
  return event.conversation.startsWith('g') || event.from === owner ? event.to : event.from;
}

/**
 * @param date date of a change, because its event contains none. Later than every change in the
 * database
 */
function toEntry(owner: number, { event, group, mayHideReads }: KnownEvent, date: number): Entry {
  if (event.kind === 'message') return parseEntry(readJson(JSON.stringify(event)));
  // Converts `chat`: in an event it is the peer of the inbox's owner, and in a record entry it is
  // the peer of `user`. Groups need no conversion.
  const user = 'user' in event ? event.user : owner;
  const chat = group || user === owner ? event.chat : owner;
  // Treats a mark of the inbox's owner as private if the owner or the peer hides read marks. If the
  // mark was not private, the peer's inbox contains it as well.
  const isPrivate = event.kind === 'mark' && user === owner && mayHideReads;
  return parseEntry(readJson(JSON.stringify({ ...event, user, chat, group, date, private: isPrivate })));
}

type Recorded = EventOf<'message' | 'recall' | 'edit' | 'react' | 'pin' | 'hide' | 'mark'>;

interface KnownEvent {
  event: Recorded;
  group: boolean;
  /** True if either user of a direct chat hides read marks, or once did. */
  mayHideReads: boolean;
}
