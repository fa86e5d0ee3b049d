import type { Database } from '@parley/database';
import type { QuietHours } from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';

/**
 * Adds a push device, or assigns an existing one to the user who registered it last. Deletes the
 * user's oldest devices above `maxDevices`.
 */
export async function putSubscription(db: Database, subscription: NewSubscription, maxDevices: number): Promise<void> {
  const { endpoint, user, session, mentionsOnly, hideText, ...rest } = subscription;
  const choices = { mentions_only: mentionsOnly, hide_text: hideText };
  const said = { user_id: user, session_id: session, ...choices, ...rest, seen: Date.now() };
  await db
    .insertInto('push_subscriptions')
    .values({ endpoint, ...said })
    .onConflict((conflict) => conflict.column('endpoint').doUpdateSet(said))
    .execute();
  await sql`
    delete from push_subscriptions where endpoint in (
      select endpoint from push_subscriptions where user_id = ${user} order by seen desc, endpoint offset ${maxDevices}
    )`.execute(db);
}

export async function deleteSubscription(db: Database, user: number, endpoint: string): Promise<void> {
  await db.deleteFrom('push_subscriptions').where('user_id', '=', user).where('endpoint', '=', endpoint).execute();
}

/** Deletes push devices whose last registration was before a given time. */
export async function deleteUnseen(db: Database, before: number): Promise<void> {
  await db.deleteFrom('push_subscriptions').where('seen', '<', before).execute();
}

/** Lists the push devices of a user, newest first. There are at most `MAX_PUSH_SUBSCRIPTIONS`. */
export async function listPushDevices(db: Database, user: number): Promise<ListedDevice[]> {
  const { rows } = await sql<ListedDevice>`
    select service as kind, app, environment, language, mentions_only as "mentionsOnly", hide_text as "hideText",
      session_id as session, created, seen
    from push_subscriptions
    where user_id = ${user} order by created desc, endpoint`.execute(db);
  return rows;
}

/**
 * Returns the devices to which a message should be pushed, with the names of the chat and the
 * sender as each recipient sees them. Includes the devices with an active session of those
 * recipients who neither muted the chat nor read the message. With `unlessNewer`, omits the devices
 * whose chat has a newer message: one that mentions the user, if the device or the chat allows only
 * mentions.
 * Notices of a group are never pushed, so they do not count as newer messages.
 */
export async function subscriptionsFor(db: Database, message: Told, now: number): Promise<Subscription[]> {
  const { id, conversation, from, to, users, mentions, unlessNewer = false } = message;
  const group = conversation.startsWith('g');
  const chat = group ? to : from;
  const members = sql`select user_id, read_id from group_members where group_id = ${to} and user_id <> ${from}`;
  const peer = sql`select ${to}::bigint as user_id, 0::bigint as read_id`;
  const mentionsOnly = sql`(p.mentions_only or coalesce(c.mentions_only, false))`;
  const newer = sql`
    select from messages n
    where n.owner_id = ${group ? sql`${to}::bigint` : sql`p.user_id`} and n.peer_id = ${chat} and n.id > ${id}
      and n.recalled is null
      ${group ? sql`and n.sender_id <> n.peer_id and (not ${mentionsOnly} or p.user_id = any(n.mentions))` : sql``}`;
  const { rows } = await sql<Subscription>`
    select p.endpoint, p.service, p.app, p.environment, p.p256dh, p.auth, p.language, p.hide_text as "hideText",
      p.user_id as user, o.quiet_hours as "quietHours", ${chat}::bigint as chat,
      ${group ? sql`g.name` : sql`coalesce(nullif(f.remark, ''), u.name)`} as title,
      ${group ? sql`coalesce(nullif(f.remark, ''), u.name)` : sql`null`} as sender
    from (${group ? members : peer}) as r
    join push_subscriptions p on p.user_id = r.user_id
    join users o on o.id = p.user_id
    left join sessions s on s.id = p.session_id
    join users u on u.id = ${from}
    left join groups g on g.id = ${group ? to : 0}
    left join friendships f on f.user_id = p.user_id and f.friend_id = ${from}
    left join chats c on c.owner_id = p.user_id and c.peer_id = ${chat}
    where ${isActive(now)}
      ${group ? sql`and (not ${mentionsOnly} or p.user_id = any(${mentions ?? []}::bigint[]))` : sql``}
      ${unlessNewer ? sql`and not exists (${newer})` : sql``}
      ${users === undefined ? sql`` : sql`and p.user_id = any(${users})`}
      and not coalesce(c.muted, false) and greatest(coalesce(c.read_id, 0), coalesce(c.cleared_id, 0), r.read_id) < ${id}`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, sender: row.sender ?? undefined }));
}

/** Returns the push devices of a user that have an active session. */
export async function devicesOf(db: Database, user: number, now: number): Promise<(Device & { user: number })[]> {
  const { rows } = await sql<Device & { user: number }>`
    select p.endpoint, p.service, p.app, p.environment, p.p256dh, p.auth, p.user_id as user
    from push_subscriptions p left join sessions s on s.id = p.session_id
    where p.user_id = ${user} and ${isActive(now)}`.execute(db);
  return rows;
}

/** SQL condition that the session of a push device has not ended. */
function isActive(now: number): RawBuilder<boolean> {
  return sql`(p.session_id is null or (s.revoked is null and s.expires > ${now}))`;
}

/** Returns whether a message was recalled. */
export async function isRecalled(db: Database, { id, conversation, from, to }: Told): Promise<boolean> {
  const found = await db
    .selectFrom('messages')
    .select('recalled')
    .where('owner_id', '=', to)
    .where('peer_id', '=', conversation.startsWith('g') ? to : from)
    .where('id', '=', id)
    .executeTakeFirst();
  return (found?.recalled ?? null) !== null;
}

interface NewSubscription extends Device {
  user: number;
  session: string | null;
  language: string;
  mentionsOnly: boolean;
  hideText: boolean;
}

interface ListedDevice extends Pick<Device, 'app' | 'environment'> {
  kind: PushServiceName;
  language: string;
  mentionsOnly: boolean;
  hideText: boolean;
  session: string | null;
  created: number;
  seen: number;
}

interface Told {
  id: number;
  conversation: string;
  from: number;
  to: number;
  mentions?: number[] | undefined;
  /** The recipients to consider. Default: all recipients. */
  users?: number[] | undefined;
  /** Whether to omit devices that receive a notification about a newer message of the chat. */
  unlessNewer?: boolean;
}

/**
 * The push services: Web Push (`web`), Firebase Cloud Messaging (`fcm`) and Apple Push Notification
 * service (`apns`).
 */
export type PushServiceName = 'web' | 'fcm' | 'apns';

/** A push device and its address at the push service. */
export interface Device {
  /**
   * The URL of a browser's push subscription, or the service and the token of a phone: `fcm:…`,
   * `apns:…`.
   */
  endpoint: string;
  service: PushServiceName;
  /** Bundle id of the app. Set only for APNs. */
  app: string | null;
  environment: 'production' | 'sandbox' | null;
  /** Encryption keys of a browser. Empty for other services. */
  p256dh: string;
  auth: string;
}

/** A push device with everything that its notification of a message shows. */
export interface Subscription extends Device {
  language: string;
  /** Whether the notification hides the text of the message. */
  hideText: boolean;
  user: number;
  quietHours: QuietHours | null;
  /** The id by which the user knows the chat: that of the peer or the group. */
  chat: number;
  title: string;
  /** Name of the sender. Set only for a message in a group. */
  sender: string | undefined;
}
