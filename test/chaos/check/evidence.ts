import type { Pool } from '@parley/database';
import { type Acts, EMOJI } from '../people/acts.ts';
import type { Entry } from '../people/journal.ts';
import { importedNumber, numberOf, type Sent, tailOf } from '../people/ledger.ts';
import type { Deleted } from '../people/writers.ts';

/** Rows per query. */
const PAGE = 20_000;

/** Returns up to which message owners have deleted their chats, by owner and peer. */
export async function readCleared(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ owner: number; peer: number; id: number }>(
    'select owner_id as owner, peer_id as peer, cleared_id as id from chats where cleared_id > 0',
  );
  return new Map(rows.map(({ owner, peer, id }) => [copyKey(owner, peer), id]));
}

/**
 * Returns all copies of all messages in the form that their owners see, by owner and peer, in
 * ascending order.
 */
export async function readCopies(pool: Pool): Promise<Map<string, Row[]>> {
  const copies = new Map<string, Row[]>();
  let last = [0, 0, 0];
  for (;;) {
    const { rows } = await pool.query<CopyRow>(read, [...last, PAGE]);
    for (const { owner, peer, id, from, text, recalled, notice, pinned, reactions } of rows) {
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
 * Returns the key of an owner's copy of a chat. A group has a single copy, with the group as owner.
 */
export function copyKey(owner: number, peer: number): string {
  return `${owner}:${peer}`;
}

/** Returns the messages that owners deleted from their own copies, by owner and peer. */
export async function readHidden(pool: Pool): Promise<Map<string, Set<number>>> {
  const { rows } = await pool.query<{ owner: number; peer: number; ids: number[] }>(
    'select owner_id as owner, peer_id as peer, array_agg(id) as ids from hidden_messages group by owner_id, peer_id',
  );
  return new Map(rows.map(({ owner, peer, ids }) => [copyKey(owner, peer), new Set(ids.map(Number))]));
}

/** Returns the drafts and the archived chats, by owner and peer. */
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

/** The data that a run produces, for the checks. */
export interface Evidence {
  sent: readonly Sent[];
  copies: ReadonlyMap<string, readonly Row[]>;
  devices: readonly Witness[];
  deleted: readonly Deleted[];
  /** {@link copyKey} -> message id up to which the owner has deleted the copy. */
  cleared: ReadonlyMap<string, number>;
  /** {@link copyKey} -> messages that the owner deleted from the own copy. */
  hidden: ReadonlyMap<string, ReadonlySet<number>>;
  /** {@link copyKey} -> the text of the owner's draft. */
  drafts: ReadonlyMap<string, string>;
  /** {@link copyKey} of chats of two users that their owner archived. */
  archived: ReadonlySet<string>;
  /** What users did, as far as the checks know. */
  acts: Pick<Acts, 'hides' | 'archives' | 'drafts' | 'imports'>;
  /** Users who were members of each group for the whole run. */
  groups: ReadonlyMap<number, readonly number[]>;
  /** Returns whether a user may receive messages of a conversation. */
  mayHear(conversation: string, user: number): boolean;
}

/** The evidence about messages, without what users did with them. */
export type MessageEvidence = Omit<Evidence, 'drafts' | 'archived' | 'acts'>;

/** A row of `messages`. */
export interface Row {
  id: number;
  from: number;
  /**
   * The message's number in the ledger. Null if it was recalled or is a notice. -1 if nobody wrote
   * it.
   */
  n: number | null;
  recalled: boolean;
  /** The number of an imported message. */
  imported?: number;
  /** The words that edits or a stream appended. Default: none. */
  tail?: string;
  /** Default: false. */
  pinned?: boolean;
  /** Users who react to it. Default: none. */
  reactions?: number[];
}

type CopyRow = Omit<Row, 'reactions'> & {
  notice: boolean;
  owner: number;
  peer: number;
  text: string | null;
  /** User -> date of the reaction, negative if it was removed. */
  reactions: Record<string, number> | null;
};

/** A device and the events it received, in order. */
export interface Witness {
  name: string;
  user: number;
  entries: readonly Entry[];
}

/** A violation of a promise. */
export interface Fault {
  kind: 'lost' | 'doubled' | 'disordered' | 'misdelivered' | 'unequal';
  what: string;
}
