import { activeReactions, type Reactions } from '@parley/database';
import {
  type Custom,
  groupConversation,
  type Message,
  messageDate,
  type ReceivedBody,
  userConversation,
} from '@parley/protocol';
import type { ChatKey } from './chat-key.ts';

/** SQL expression for who pinned the message `m`, and when. Null if the message is not pinned. */
export const pinnedColumn = `(
  select jsonb_build_object('user', p.user_id, 'date', p.date) from pins p
  where p.owner_id = m.owner_id and p.peer_id = m.peer_id and p.id = m.id and p.active)`;

/** Converts a message row to the form that the owner of the chat receives. */
export function toMessage({ owner, peer, group }: ChatKey, row: MessageRow): Message {
  const { id, sender, body, ref, replyTo, mentions, custom, edited, recalled, pinned } = row;
  const reactions = activeReactions(row.reactions ?? null);
  return {
    id,
    conversation: group ? groupConversation(peer) : userConversation(owner, peer),
    from: sender,
    to: group || sender === owner ? peer : owner,
    date: messageDate(id),
    body,
    ...(ref != null && sender === owner ? { ref } : {}),
    ...(replyTo == null ? {} : { replyTo }),
    ...(mentions == null ? {} : { mentions }),
    ...(custom == null ? {} : { custom }),
    ...(edited == null ? {} : { edited }),
    ...(recalled == null ? {} : { recalled }),
    ...(reactions.length === 0 ? {} : { reactions }),
    ...(pinned == null || recalled != null ? {} : { pinned }),
  };
}

/** A row of the table `messages`. */
export interface MessageRow {
  id: number;
  sender: number;
  body: ReceivedBody | null;
  ref?: string | null;
  replyTo?: number | null;
  mentions?: number[] | null;
  custom?: Custom | null;
  edited: number | null;
  recalled: number | null;
  reactions?: Reactions | null;
  pinned?: Message['pinned'] | null;
}
