import { type MessageEvent, parseConversation, type ReceivedBody } from '@parley/protocol';
import type { Profile } from '@parley/redis';

/**
 * Converts a message into the parameter of LayIM's `getMessage`. `id` identifies the chat window:
 * the group, or the other user.
 */
export function toMessage(event: MessageEvent, me: number, from: Profile | undefined): LayimMessage {
  const group = parseConversation(event.conversation)?.type === 'group';
  const mine = event.from === me;
  return {
    username: from?.name ?? String(event.from),
    avatar: from?.avatar ?? '',
    id: group || mine ? event.to : event.from,
    type: group ? 'group' : 'friend',
    content: toContent(event.body),
    timestamp: event.date,
    mine,
    fromid: event.from,
    cid: event.id,
  };
}

/**
 * Returns a message body as text for LayIM. Shows media only by name, because LayIM pages request
 * media without a token.
 */
function toContent(body: ReceivedBody): string {
  switch (body.type) {
    case 'text':
      return body.text;
    case 'image':
    case 'video':
    case 'audio':
    case 'file':
      return `[${body.type}] ${body.name}`;
    case 'sticker':
      return `[${body.code}]`;
    case 'card':
      return `[card] ${body.user}`;
    case 'custom':
      return `[${body.name}]`;
    case 'notice':
      return `[${body.notice}]`;
  }
}

/** The parameter of LayIM's `getMessage`. */
export interface LayimMessage {
  username: string;
  avatar: string;
  id: number;
  type: 'friend' | 'group';
  content: string;
  /** Ms since 1970. */
  timestamp: number;
  /** True if the message was sent by the user of the page, on any device. */
  mine: boolean;
  fromid: number;
  cid: number;
}
