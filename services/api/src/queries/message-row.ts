import { activeReactions, type Reactions } from '@parley/database';
import { type Body, type Message, messageDate, userConversation } from '@parley/protocol';

/** A message as the owner of its copy gets it. */
export function toMessage(owner: number, peer: number, row: MessageRow): Message {
  const { id, sender, body, ref, replyTo, mentions, edited, recalled } = row;
  const reactions = activeReactions(row.reactions ?? null);
  return {
    id,
    conversation: userConversation(owner, peer),
    from: sender,
    to: sender === owner ? peer : owner,
    date: messageDate(id),
    body,
    ...(ref != null && sender === owner ? { ref } : {}),
    ...(replyTo == null ? {} : { replyTo }),
    ...(mentions == null ? {} : { mentions }),
    ...(edited == null ? {} : { edited }),
    ...(recalled == null ? {} : { recalled }),
    ...(reactions.length === 0 ? {} : { reactions }),
  };
}

/** What PostgreSQL holds of a message. */
export interface MessageRow {
  id: number;
  sender: number;
  body: Body | null;
  ref?: string | null;
  replyTo?: number | null;
  mentions?: number[] | null;
  edited: number | null;
  recalled: number | null;
  reactions?: Reactions | null;
}
