import type { ChangeEntry, Entry, MessageEntry, PinEntry } from '@parley/database';
import { messageDate } from '@parley/protocol';
import { announce, pushWebhooks, type QueuedEvent, type RedisConnection, webhookEvent } from '@parley/redis';
import { type Log, pushEndpoint, type WebhookEndpoint } from '@parley/service';
import { BADGE_DELAY_MS, badgeEvents } from './push/badge-events.ts';
import { omitSeen } from './push/omit-seen.ts';
import type { PushUsers } from './push/push-users.ts';

/**
 * Queues webhook events for committed messages, edits, recalls, reactions and pins. Queues push
 * events for messages whose recipients might have a push device and are not looking at the chat.
 * Queues nothing for notices, because webhook events of the kind `group` report the same changes.
 * Rejects if Redis does not accept the events. If it is called again for the same entries, the
 * events have the same ids.
 */
export async function announceMessages(
  { redis, endpoints, pushUsers, most, log }: AnnounceOptions,
  entries: readonly Entry[],
): Promise<void> {
  const reachable = pushUsers ? entries.flatMap(toPushed).filter((message) => pushUsers.mayReach(message)) : [];
  const toPush = await omitSeen(redis, reachable);
  const badges = pushUsers ? await badgeEvents(redis, pushUsers, entries) : [];
  const dropped = await Promise.all([
    queue(endpoints, entries),
    queue(toPush.length > 0 ? [pushEndpoint] : [], toPush),
    pushWebhooks(redis, pushEndpoint.id, badges, most, BADGE_DELAY_MS),
  ]);
  const sum = dropped.reduce((total, count) => total + count, 0);
  if (sum > 0) log.error({ dropped: sum, most }, 'webhook events dropped: the queue of an endpoint is full');

  async function queue(to: readonly WebhookEndpoint[], each: readonly Entry[]): Promise<number> {
    if (to.length === 0) return 0;
    return await announce(redis, to, 'message', each.flatMap(toEvents), most);
  }
}

/**
 * Returns the message that a push notification shows for an entry, or nothing. A streamed message
 * is pushed with its final content.
 */
function toPushed(entry: Entry): MessageEntry[] {
  if (entry.kind === 'message') return entry.silent || entry.streaming || isNotice(entry) ? [] : [entry];
  if (entry.kind !== 'edit' || !entry.streamed || entry.silent) return [];
  const { user: from, chat: to, id, conversation, group, body, custom } = entry;
  const rest = { ref: null, replyTo: null, mentions: null, silent: false, streaming: false };
  return [{ ...rest, kind: 'message', id, conversation, from, to, group, body, custom }];
}

function toEvents(entry: Entry): QueuedEvent[] {
  if (entry.kind === 'message') return isNotice(entry) ? [] : [sent(entry)];
  // Returns no webhook events for marks and hidden messages, because they concern only one user.
  return entry.kind === 'mark' || entry.kind === 'hide' ? [] : [changed(entry)];
}

/**
 * Returns whether a message is a notice, which the server writes when a group changes. The sender
 * of a notice is the group.
 */
function isNotice({ group, from, to }: MessageEntry): boolean {
  return group && from === to;
}

function sent(message: MessageEntry): QueuedEvent {
  const { id, conversation, from, to, body, ref, replyTo, mentions, custom, streaming } = message;
  const date = messageDate(id);
  const more = {
    ...(streaming && { streaming }),
    ...(ref === null ? {} : { ref }),
    ...(replyTo && { replyTo }),
    ...(mentions && { mentions }),
  };
  const data = JSON.stringify({ id, conversation, from, to, date, ...more });
  return webhookEvent(`message_${conversation}_${id}`, 'message.sent', date, withContent(data, body, custom));
}

function changed(entry: ChangeEntry | PinEntry): QueuedEvent {
  const { kind, conversation, id, user, date } = entry;
  const what = {
    ...(kind === 'react' && { emoji: entry.emoji }),
    ...('active' in entry && { active: entry.active }),
  };
  const complete = kind === 'edit' && entry.streamed ? { streaming: false } : {};
  const name = [kind, conversation, id, user, date];
  if ('active' in entry) name.push(String(entry.active));
  if (kind === 'react') name.push(hex(entry.emoji));
  const data = JSON.stringify({ id, conversation, user, date, ...what, ...complete });
  const body = kind === 'edit' ? withContent(data, entry.body, entry.custom) : data;
  return webhookEvent(name.join('_'), types[kind], date, body);
}

function withContent(data: string, body: string, custom: string | null): string {
  return `${data.slice(0, -1)},"body":${body}${custom === null ? '' : `,"custom":${custom}`}}`;
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

const types = {
  recall: 'message.recalled',
  edit: 'message.edited',
  react: 'message.reacted',
  pin: 'message.pinned',
} as const;

export interface AnnounceOptions {
  redis: RedisConnection;
  endpoints: readonly WebhookEndpoint[];
  /** The users with a push device. Undefined if push is off. */
  pushUsers: PushUsers | undefined;
  /** Maximum number of events that are queued per webhook endpoint. */
  most: number;
  log: Log;
}
