import type { Database } from '@parley/database';
import type { Draft } from '@parley/protocol';
import { sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';

/**
 * Replaces the draft of a chat, and deletes the owner's oldest drafts so that at most `maxDrafts`
 * are left.
 */
export async function writeDraft(
  tx: Database,
  { owner, peer }: ChatKey,
  { text, replyTo, mentions }: Omit<Draft, 'updated'>,
  maxDrafts: number,
): Promise<void> {
  await sql`
    insert into drafts as d (owner_id, peer_id, text, reply_to, mentions)
    values (${owner}, ${peer}, ${text}, ${replyTo ?? null}, ${mentions ?? null}::bigint[])
    on conflict (owner_id, peer_id) do update set text = excluded.text, reply_to = excluded.reply_to,
      mentions = excluded.mentions, updated = greatest(excluded.updated, d.updated + 1)`.execute(tx);
  await sql`
    delete from drafts where owner_id = ${owner} and peer_id in (
      select peer_id from drafts where owner_id = ${owner} order by updated desc, peer_id desc offset ${maxDrafts})`.execute(
    tx,
  );
}

/** Deletes the draft of a chat. Returns false if there is none. */
export async function deleteDraft(tx: Database, { owner, peer }: ChatKey): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('drafts')
    .where('owner_id', '=', owner)
    .where('peer_id', '=', peer)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
