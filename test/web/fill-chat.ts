import { firstMessageId } from '@parley/protocol';
import type { Client } from 'pg';

/** Ms between the dates of two messages. */
const PAUSE = 60_000;

/**
 * Writes a long chat of two users into the database, as the recorder would: `line 1. …` to `line
 * <count>. …`. The messages are one minute apart and end an hour ago. The users alternate after
 * three messages each, and have read everything.
 */
export async function fillChat(db: Client, one: { id: number }, other: { id: number }, count: number): Promise<void> {
  const first = firstMessageId(Date.now() - 3_600_000 - count * PAUSE);
  const step = PAUSE * 4096;
  for (const [owner, peer] of [
    [one.id, other.id],
    [other.id, one.id],
  ]) {
    await db.query(
      `insert into messages (owner_id, peer_id, id, sender_id, body)
       select $1::bigint, $2::bigint, $3::bigint + n * $4::bigint, case when n / 3 % 2 = 0 then $5::bigint else $6::bigint end,
              jsonb_build_object('type', 'text', 'text', 'line ' || n || '. ' || case when n % 100 = 37 then 'needle ' || n || ' ' else '' end || repeat('lorem ipsum dolor ', n * 7 % 11))
       from generate_series(1, $7::int) n`,
      [owner, peer, first, step, one.id, other.id, count],
    );
    await db.query(
      `insert into chats (owner_id, peer_id, last_id, last_sender, read_id, peer_read_id)
       values ($1, $2, $3, $4, $3, $3) on conflict (owner_id, peer_id) do update set last_id = excluded.last_id,
       last_sender = excluded.last_sender, read_id = excluded.read_id, peer_read_id = excluded.peer_read_id`,
      [owner, peer, first + count * step, one.id],
    );
  }
}
