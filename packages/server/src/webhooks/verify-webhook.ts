import type { Body, Custom, Report } from '@parley/protocol';
import { type RequestHeaders, type VerifyOptions, verify } from './verify.ts';

/**
 * Verifies a webhook request and returns its event. Parley delivers each event at least once,
 * always with the same `id`, and in no guaranteed order. Ignore events of unknown types, because
 * later releases can add types.
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

/** An event that a webhook receives. The type of `data` depends on `type`, see `WebhookData`. */
export type WebhookEvent = {
  [Type in keyof WebhookData]: {
    /** Id of the event. It is the same for each delivery attempt. */
    id: string;
    type: Type;
    /** Number of the delivery attempt, from 1. */
    attempt: number;
    /** Unix ms. */
    date: number;
    data: WebhookData[Type];
  };
}[keyof WebhookData];

/** Data of webhook events, by type. */
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
  /** A user has requested to join the group. */
  'group.requested': GroupChange;
  /** The owner or an admin has declined a request to join. */
  'group.declined': GroupChange;
  /** The user has withdrawn the request to join. */
  'group.withdrawn': GroupChange;
  'group.banned': GroupModeration;
  'group.unbanned': GroupModeration;
  /** `until` is when the mute ends, in Unix ms. */
  'group.muted': GroupModeration & { until: number };
  'group.unmuted': GroupModeration;
  'presence.online': { user: number };
  'presence.offline': { user: number };
  'report.created': NewReport;
}

/**
 * A ban or mute of `user`. `by` is the owner or admin who did it, or the system user for the server
 * API.
 */
interface GroupModeration {
  group: number;
  user: number;
  by: number;
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

/** The user who changed a message, and the time of the change. */
interface MessageChange {
  id: number;
  conversation: string;
  user: number;
  date: number;
}

/** `user` is the user that receives the event in the app. `other` is the other user. */
interface FriendChange {
  user: number;
  other: number;
}

/**
 * A new report of a user, a group or a message, without the text of the report and of the message.
 */
type NewReport = Pick<Report, 'id' | 'kind' | 'user' | 'group' | 'message' | 'reason'> & { reporter: number };

/** `user` is the member that the event is about. Undefined if it is about the whole group. */
interface GroupChange {
  group: number;
  user?: number;
}
