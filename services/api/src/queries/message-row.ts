import { activeReactions, type Reactions } from '@parley/database';
import {
  type Body,
  type Custom,
  groupConversation,
  type Message,
  messageDate,
  userConversation,
} from '@parley/protocol';
import type { ChatKey } from './chat-key.ts';

/** Returns a message in the form that the owner of a chat gets. */
export function toMessage({ owner, peer, group }: ChatKey, row: MessageRow): Message {
  const { id, sender, body, ref, replyTo, mentions, custom, edited, recalled } = row;
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
  };
}

/** A row of `messages`. */
export interface MessageRow {
  id: number;
  sender: number;
  body: Body | null;
  ref?: string | null;
  replyTo?: number | null;
  mentions?: number[] | null;
  custom?: Custom | null;
  edited: number | null;
  recalled: number | null;
  reactions?: Reactions | null;
}
