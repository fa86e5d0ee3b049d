import type { Pool } from '@parley/database';
import type { Entry } from '../people/journal.ts';
import { numberOf, type Sent } from '../people/ledger.ts';
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
    const { rows } = await pool.query<Row & { owner: number; peer: number; text: string | null }>(read, [
      ...last,
      PAGE,
    ]);
    for (const { owner, peer, id, from, text, recalled } of rows) {
      const key = copyKey(owner, peer);
      const copy = copies.get(key) ?? [];
      copies.set(key, copy);
      copy.push({ id, from, n: recalled ? null : numberOf(text), recalled });
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

const read = `
  select owner_id as owner, peer_id as peer, id, sender_id as "from", body ->> 'text' as text, recalled is not null as recalled
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
  /** Users who were members of each group for the whole run. */
  groups: ReadonlyMap<number, readonly number[]>;
  /** Returns whether a user may receive messages of a conversation. */
  mayHear(conversation: string, user: number): boolean;
}

/** A row of `messages`. */
export interface Row {
  id: number;
  from: number;
  /** The message's number in the ledger. Null if it was recalled. -1 if nobody wrote it. */
  n: number | null;
  recalled: boolean;
}

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
