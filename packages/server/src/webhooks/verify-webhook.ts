import type { Body, Custom, Report } from '@parley/protocol';
import { type RequestHeaders, type VerifyOptions, verify } from './verify.ts';

/**
 * Verifies a webhook request and returns its event. Parley delivers each event at least once, with
 * the same `id`, in no guaranteed order. Later releases may add types: ignore unknown ones.
 *
 * @param body the bytes as they were received
 * @param secrets `whsec_…` of the endpoint. With several, one of them must have signed the request
 * @throws WebhookError if the signature, the timestamp or the body is invalid
 */
export function verifyWebhook(
  headers: RequestHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  options?: VerifyOptions,
): WebhookEvent {
  return verify(headers, body, secrets, options) as WebhookEvent;
}

/** An event in the form that a webhook receives, one type of `WebhookData`. */
export type WebhookEvent = {
  [Type in keyof WebhookData]: {
    /** An id that is the same for each delivery of the event. */
    id: string;
    type: Type;
    /** Number of the delivery attempt, from 1. */
    attempt: number;
    /** Unix ms. */
    date: number;
    data: WebhookData[Type];
  };
}[keyof WebhookData];

/** The data of each type of webhook event. */
export interface WebhookData {
  'message.sent': SentMessage;
  'message.edited': MessageChange & { body: Body; custom?: Custom };
  'message.recalled': MessageChange;
  /** `active` is false if the reaction was removed. */
  'message.reacted': MessageChange & { emoji: string; active: boolean };
  /** `active` is false if the message was unpinned. */
  'message.pinned': MessageChange & { active: boolean };
  'friend.requested': FriendChange;
  'friend.accepted': FriendChange;
  'friend.declined': FriendChange;
  'friend.removed': FriendChange;
  'friend.blocked': FriendChange;
  'group.created': GroupChange;
  'group.updated': GroupChange;
  'group.joined': GroupChange;
  'group.left': GroupChange;
  'group.removed': GroupChange;
  'group.role': GroupChange;
  'group.dissolved': GroupChange;
  /** A user requests to join. */
  'group.requested': GroupChange;
  /** The owner or an admin declined a request to join. */
  'group.declined': GroupChange;
  /** The user removed the request to join. */
  'group.withdrawn': GroupChange;
  'presence.online': { user: number };
  'presence.offline': { user: number };
  'report.created': NewReport;
}

/** A recorded message. */
interface SentMessage {
  id: number;
  conversation: string;
  from: number;
  to: number;
  date: number;
  body: Body;
  ref?: string;
  replyTo?: number;
  mentions?: number[];
  custom?: Custom;
}

/** The user who changed a message, and when. */
interface MessageChange {
  id: number;
  conversation: string;
  user: number;
  date: number;
}

/** `user` receives the event. `other` is the other user. */
interface FriendChange {
  user: number;
  other: number;
}

/** A new report of a user, a group or a message, without its texts. */
type NewReport = Pick<Report, 'id' | 'kind' | 'user' | 'group' | 'message' | 'reason'> & { reporter: number };

/** `user` is the member, if the event is about one. */
interface GroupChange {
  group: number;
  user?: number;
}
