import type { Pool } from '@parley/database';
import { type Acts, EMOJI } from '../people/acts.ts';
import type { Entry } from '../people/journal.ts';
import { importedNumber, numberOf, type Sent, tailOf } from '../people/ledger.ts';
import type { Deleted } from '../people/writers.ts';

/** Rows per query. */
const PAGE = 20_000;

/**
 * Returns for each chat that its owner deleted the id of the last message that the deletion
 * included. The keys are those of `copyKey`.
 */
export async function readCleared(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ owner: number; peer: number; id: number }>(
    'select owner_id as owner, peer_id as peer, cleared_id as id from chats where cleared_id > 0',
  );
  return new Map(rows.map(({ owner, peer, id }) => [copyKey(owner, peer), id]));
}

/**
 * Returns every copy of every message as its owner sees it. The keys are those of `copyKey`. Rows
 * are in ascending order of id.
 *
 * @param owners users and groups whose copies are returned. Default: all
 */
export async function readCopies(pool: Pool, owners?: ReadonlySet<number>): Promise<Map<string, Row[]>> {
  const copies = new Map<string, Row[]>();
  let last = [0, 0, 0];
  for (;;) {
    const { rows } = await pool.query<CopyRow>(read, [...last, PAGE]);
    for (const { owner, peer, id, from, text, recalled, notice, pinned, reactions } of rows) {
      if (owners && !owners.has(owner)) continue;
      const key = copyKey(owner, peer);
      const copy = copies.get(key) ?? [];
      copies.set(key, copy);
      const imported = importedNumber(text);
      const fans = Object.entries(reactions ?? {}).flatMap(([user, date]) => (date > 0 ? [Number(user)] : []));
      copy.push({
        ...{ id, from, n: recalled || notice ? null : numberOf(text), recalled },
        ...(imported !== undefined && { imported }),
        ...(tailOf(text) !== '' && { tail: tailOf(text) }),
        ...(pinned && { pinned }),
        ...(fans.length > 0 && { reactions: fans }),
      });
    }
    const end = rows.at(-1);
    if (!end || rows.length < PAGE) return copies;
    last = [end.owner, end.peer, end.id];
  }
}

/**
 * Returns the key of an owner's copy of a chat. A group has only one copy. Its owner is the group.
 */
export function copyKey(owner: number, peer: number): string {
  return `${owner}:${peer}`;
}

/**
 * Returns the ids of messages that users deleted from their own copies. The keys are those of
 * `copyKey`.
 */
export async function readHidden(pool: Pool): Promise<Map<string, Set<number>>> {
  const { rows } = await pool.query<{ owner: number; peer: number; ids: number[] }>(
    'select owner_id as owner, peer_id as peer, array_agg(id) as ids from hidden_messages group by owner_id, peer_id',
  );
  return new Map(rows.map(({ owner, peer, ids }) => [copyKey(owner, peer), new Set(ids.map(Number))]));
}

/** Returns the drafts and the archived chats of all users. The keys are those of `copyKey`. */
export async function readOwn(pool: Pool): Promise<Pick<Evidence, 'drafts' | 'archived'>> {
  const drafts = await pool.query<{ owner: number; peer: number; text: string }>(
    'select owner_id as owner, peer_id as peer, text from drafts',
  );
  const archived = await pool.query<{ owner: number; peer: number }>(
    `select owner_id as owner, peer_id as peer from chats
     where not is_group and archived and (muted or last_id <= archived_id)`,
  );
  return {
    drafts: new Map(drafts.rows.map(({ owner, peer, text }) => [copyKey(owner, peer), text])),
    archived: new Set(archived.rows.map(({ owner, peer }) => copyKey(owner, peer))),
  };
}

const read = `
  select owner_id as owner, peer_id as peer, id, sender_id as "from", body ->> 'text' as text, recalled is not null as recalled,
    coalesce(body ->> 'type' = 'notice', false) as notice,
    exists (select from pins p where p.owner_id = m.owner_id and p.peer_id = m.peer_id and p.id = m.id and p.active) as pinned,
    reactions -> '${EMOJI}' as reactions
  from messages m where (owner_id, peer_id, id) > ($1, $2, $3) and not exists (
    select from chats c where c.owner_id = m.owner_id and c.peer_id = m.peer_id and m.id <= c.cleared_id)
  order by owner_id, peer_id, id limit $4`;

/** The data of a run that the checks compare. */
export interface Evidence {
  sent: readonly Sent[];
  copies: ReadonlyMap<string, readonly Row[]>;
  devices: readonly Witness[];
  deleted: readonly Deleted[];
  /** {@link copyKey} -> id of the last message that was in the copy when its owner deleted it. */
  cleared: ReadonlyMap<string, number>;
  /** {@link copyKey} -> ids of messages that the owner deleted from the own copy. */
  hidden: ReadonlyMap<string, ReadonlySet<number>>;
  /** {@link copyKey} -> text of the owner's draft. */
  drafts: ReadonlyMap<string, string>;
  /** {@link copyKey} of each chat of two users that is archived by its owner. */
  archived: ReadonlySet<string>;
  /** Acts of users on messages and chats, with the results that are known. */
  acts: Pick<Acts, 'hides' | 'archives' | 'drafts' | 'imports'>;
  /** Group -> users who were members of it for the whole run. */
  groups: ReadonlyMap<number, readonly number[]>;
  /** Returns whether a user is allowed to receive messages of a conversation. */
  mayHear(conversation: string, user: number): boolean;
}

/** The part of the evidence that concerns only messages. */
export type MessageEvidence = Omit<Evidence, 'drafts' | 'archived' | 'acts'>;

/** A row of the table `messages`. */
export interface Row {
  id: number;
  from: number;
  /**
   * Number of the message in the ledger. Null if the message was recalled or is a notice. -1 if no
   * simulated user wrote this text.
   */
  n: number | null;
  recalled: boolean;
  /** Number of the message in its import. Undefined if it was not imported. */
  imported?: number;
  /** Words that edits or a stream appended to the text. Default: none. */
  tail?: string;
  /** Default: false. */
  pinned?: boolean;
  /** Ids of users who have reacted to the message. Default: none. */
  reactions?: number[];
}

type CopyRow = Omit<Row, 'reactions'> & {
  notice: boolean;
  owner: number;
  peer: number;
  text: string | null;
  /** User -> date of the user's reaction. The date is negative if the user removed the reaction. */
  reactions: Record<string, number> | null;
};

/** A device and the events that it received, in order. */
export interface Witness {
  name: string;
  user: number;
  entries: readonly Entry[];
}

/** A promise of the system that was not kept during the run. */
export interface Fault {
  kind: 'lost' | 'doubled' | 'disordered' | 'misdelivered' | 'unequal';
  what: string;
}
