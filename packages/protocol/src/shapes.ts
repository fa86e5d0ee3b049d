import { z } from 'zod';
import { receivedBodySchema } from './bodies.ts';
import { customSchema } from './custom.ts';
import { limits } from './limits.ts';
import { id } from './strings.ts';

// Schemas of the results of REST operations. Later versions might add fields, but never rename
// them.

/** Unix ms. */
const date = z.int().nonnegative();

/** Id of a message. 0: none. */
const mark = z.int().nonnegative();

/** A user, in the form that other users see. */
export const userSchema = z.object({
  id,
  username: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  sign: z.string(),
  /** Data of the app. */
  custom: customSchema.optional(),
});

/** The most important fields of a user, for lists whose items refer to users. */
export const briefUserSchema = userSchema.pick({ id: true, name: true, avatar: true, custom: true });

/** Result of a sign-in, a registration or a token refresh. */
export const sessionSchema = z.object({
  accessToken: z.string(),
  /** Seconds until the access token expires. */
  expiresIn: z.int().positive(),
  /** Token for one refresh. If it is used a second time, the session ends. */
  refreshToken: z.string(),
  /**
   * Token to send at the next sign-in on this device. With it, failed sign-ins by other people do
   * not lock this device out.
   */
  deviceToken: z.string().optional(),
  user: userSchema,
  /** Root URL of each gateway, or one public URL for all gateways. */
  gateways: z.array(z.string()),
});

/** Privacy settings of a user. */
export const privacySchema = z.object({
  /**
   * Who can add the user to groups. Users who are not allowed to write to the user can never add
   * them.
   */
  addToGroups: z.enum(['everyone', 'friends', 'nobody']).default('everyone'),
  /** Whether other users can find the user by name or username. */
  find: z.boolean().default(true),
  /**
   * Who can see whether the user is online and when they were last online. Others see the user as
   * offline, as do all users who are not allowed to write to the user. The setting does not affect
   * whose presence the user can see.
   */
  lastSeen: z.enum(['everyone', 'friends', 'nobody']).default('everyone'),
  /**
   * Whether the user and the peer of a direct chat can see up to which message the other one has
   * read. If either user chooses `nobody`, neither can see it.
   */
  readReceipts: z.enum(['everyone', 'nobody']).default('everyone'),
  /** Whether the server fetches previews of the links in the user's messages. */
  linkPreviews: z.boolean().default(true),
});

/** What a web page states about itself, for a card below a message with a link to it. */
export const linkPreviewSchema = z.object({
  /** The link, as in the message. `www.` links get `https://`. */
  url: z.string(),
  /** The host that served the page, after redirects. */
  site: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** A small copy, made by the server. */
  picture: z
    .object({
      /** A `data:` URL of a WebP picture, at most 320 pixels a side. */
      url: z.string(),
      /** Pixels of the original picture. */
      width: z.int().positive(),
      height: z.int().positive(),
    })
    .nullable(),
});

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Not a time of day, such as 22:30');

/**
 * Daily time in which a user gets no push notifications, in the user's time zone. Can span
 * midnight.
 */
export const quietHoursSchema = z
  .strictObject({
    /** Name of an IANA time zone, such as `Europe/Berlin`. */
    timeZone: z.string().max(64).refine(isTimeZone, 'Not an IANA time zone, such as Europe/Berlin'),
    /** First minute of the quiet hours, as `HH:MM`. */
    from: timeOfDay,
    /** First minute after the quiet hours, as `HH:MM`. */
    to: timeOfDay,
  })
  .refine(({ from, to }) => from !== to, { message: 'from and to must differ', path: ['to'] });

/**
 * Returns whether a name is an IANA time zone. Rejects offsets such as `+02:00`, because they do
 * not follow daylight saving time.
 */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A session, as listed for the user whose session it is. */
export const signInSchema = z.object({
  id: z.string(),
  /** Name of the device. */
  device: z.string().nullable(),
  created: date,
  lastUsed: date,
  /** True for the session that sent this request. */
  current: z.boolean(),
});

export const friendRequestSchema = z.object({
  id,
  from: userSchema,
  to: userSchema,
  message: z.string(),
  state: z.enum(['pending', 'accepted', 'declined']),
  date,
});

export const friendSchema = z.object({
  user: userSchema,
  /** The user's own name for this friend. Empty: none. */
  remark: z.string(),
  friendGroup: id.nullable(),
  online: z.boolean(),
  /** When the friend was last online. Null if the friend is online or the time is unknown. */
  lastSeen: date.nullable(),
  since: date,
});

/** A named section of the friend list. */
export const friendGroupSchema = z.object({ id, name: z.string(), position: z.int().nonnegative() });

/** A user that the current user has blocked. */
export const blockSchema = z.object({ user: userSchema, date });

/** Reasons that a user can choose when they report a user, a group or a message. */
export const reportReasonSchema = z.enum(['spam', 'harassment', 'violence', 'sexual', 'self-harm', 'fraud', 'other']);

/** A report of a user, a group or a message, in the form that its reporter receives. */
export const reportSchema = z.object({
  id,
  kind: z.enum(['user', 'group', 'message']),
  user: id.nullable().describe('The reported user, or the sender of the message'),
  group: id.nullable().describe('The reported group, or that of the message'),
  message: id.nullable(),
  reason: reportReasonSchema,
  text: z.string(),
  state: z.enum(['open', 'closed']),
  created: date,
});

export const roleSchema = z.enum(['owner', 'admin', 'member']);

/**
 * Who can find a group, and how they can join it. `private`: nobody can find the group. `request`:
 * everybody can find it, and the owner and admins decide about each request to join. `public`:
 * everybody can find and join it.
 */
export const visibilitySchema = z.enum(['private', 'request', 'public']);

/** A group, in the form in which its members receive it. */
export const groupSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  avatar: z.string().nullable(),
  owner: id,
  maxMembers: z.int().positive(),
  /** Number of members. */
  members: z.int().positive(),
  /** Role of the user who sent this request. */
  role: roleSchema,
  /**
   * Which messages new members can read: only those since they joined (`joined`), or all (`all`).
   */
  history: z.enum(['joined', 'all']),
  /**
   * Seconds that a member must wait between two messages. Does not apply to the owner and admins.
   * 0: slow mode is off.
   */
  slowMode: z.int().nonnegative().max(limits.slowMode),
  visibility: visibilitySchema,
  requests: z.int().nonnegative().optional().describe('Pending requests to join, for the owner and admins'),
  /** Data of the app. */
  custom: customSchema.optional(),
});

export const memberSchema = z.object({
  user: userSchema,
  role: roleSchema,
  joined: date,
  /** The member's name in this group. Empty: clients show the user's own name. */
  alias: z.string(),
  mutedUntil: date.optional().describe('Until when the member may not write. Missing: the member may'),
});

/** A user who is banned from a group. Nobody can add this user to the group. */
export const banSchema = z.object({ user: userSchema, by: id.describe('Who banned the user'), date });

/** An invitation link to a group, in the form that the group's owner and admins receive. */
export const groupInvitationSchema = z.object({
  id,
  code: z.string().nullable().describe('The secret of the link. Null if the server no longer has the key to show it'),
  url: z
    .string()
    .nullable()
    .describe('The link: a page of the web client at `PUBLIC_URL`, without which it is a path. Null without the code'),
  by: id.nullable().describe('Who created it. Null: the product'),
  approval: z.boolean().describe('Whether the owner and admins decide about each user'),
  uses: z.int().positive().nullable().describe('How many users may use it. Null: any number'),
  used: z.int().nonnegative(),
  expires: date.nullable().describe('Null: never'),
  created: date,
});

/** Data about a group that everybody who has an invitation code can read. */
export const invitationPreviewSchema = z.object({
  name: z.string().describe('Name of the group'),
  avatar: z.string().nullable().describe('Address of the picture of the group, which needs no access token'),
  members: z.int().positive().describe('Number of members'),
  approval: z.boolean().describe('Whether the owner and admins decide about each user'),
  expires: date.nullable().describe('Null: never'),
});

/** A user's request to join a group. */
export const joinRequestSchema = z.object({ user: userSchema, message: z.string(), date });

/** A group, in the form in which a user who searches by name receives it. */
export const foundGroupSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  avatar: z.string().nullable(),
  /** Number of members. */
  members: z.int().positive(),
  visibility: visibilitySchema.exclude(['private']),
  state: z.enum(['joined', 'requested']).nullable().describe('Whether the user is a member or requests to join'),
});

/** Result of using an invitation. */
export const joinResultSchema = z.object({
  state: z.enum(['joined', 'requested']),
  group: groupSchema.optional().describe('The group, if the user is a member'),
});

/** A message, as stored in the user's copy of the chat. */
export const messageSchema = z.object({
  id,
  conversation: z.string(),
  from: id,
  to: id,
  date,
  /** Content of the message. Null after a recall. */
  body: z.union([receivedBodySchema, z.null()]),
  /** Idempotency key of the message. Only its sender receives it. */
  ref: z.string().optional(),
  replyTo: id.optional(),
  mentions: z.array(id).optional(),
  /** Data of the app. */
  custom: customSchema.optional(),
  edited: date.optional(),
  recalled: date.optional(),
  reactions: z.array(z.object({ emoji: z.string(), users: z.array(id) })).optional(),
  /** The user who pinned the message, and when. Missing if the message is not pinned. */
  pinned: z.object({ user: id, date }).optional(),
});

/** The unsent text of a chat, shared by the user's devices. */
export const draftSchema = z.object({
  text: z.string(),
  /** Id of the message that the draft replies to. */
  replyTo: id.optional(),
  /** Ids of the mentioned users. */
  mentions: z.array(id).optional(),
  /** When the draft was written. Differs from the time of every earlier draft of the chat. */
  updated: date,
});

/** A chat, as listed for its owner. */
export const chatSchema = z.object({
  /** Id of the peer or group. */
  chat: id,
  type: z.enum(['user', 'group']),
  name: z.string(),
  avatar: z.string().nullable(),
  /** The user's own name for the peer, who is a friend. */
  remark: z.string().optional(),
  last: z.union([messageSchema, z.null()]),
  unread: z.int().nonnegative(),
  /** The user has read messages up to this id. */
  read: mark,
  /** The peer has read messages up to this id. */
  peerRead: mark,
  /** Id of the newest unread group message that mentions the user. */
  mention: id.optional(),
  pinned: z.boolean(),
  muted: z.boolean(),
  /** True if only messages of this group that mention the user are pushed. */
  mentionsOnly: z.boolean().optional(),
  /**
   * True if the user archived the chat. A new message moves the chat out of the archive, unless the
   * chat is muted.
   */
  archived: z.boolean(),
  /** Custom data of the app, which only this user can see. */
  custom: customSchema.optional(),
  draft: draftSchema.optional(),
  updated: date,
});

/**
 * An uploaded file. To send it in a message, use this object as the body, with a `type` added and
 * `id` renamed to `media`.
 */
export const mediaSchema = z.object({
  id,
  name: z.string(),
  /** Bytes. */
  size: z.int().nonnegative(),
  /** Detected MIME type. */
  mime: z.string(),
  /** Pixels. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Seconds. */
  duration: z.number().nonnegative().optional(),
});

export type User = z.infer<typeof userSchema>;
export type BriefUser = z.infer<typeof briefUserSchema>;
export type Privacy = z.infer<typeof privacySchema>;
export type LinkPreview = z.infer<typeof linkPreviewSchema>;
export type QuietHours = z.infer<typeof quietHoursSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type SignIn = z.infer<typeof signInSchema>;
export type Draft = z.infer<typeof draftSchema>;
export type FriendRequest = z.infer<typeof friendRequestSchema>;
export type Friend = z.infer<typeof friendSchema>;
export type FriendGroup = z.infer<typeof friendGroupSchema>;
export type Block = z.infer<typeof blockSchema>;
export type Report = z.infer<typeof reportSchema>;
export type ReportReason = z.infer<typeof reportReasonSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Group = z.infer<typeof groupSchema>;
export type FoundGroup = z.infer<typeof foundGroupSchema>;
export type Visibility = z.infer<typeof visibilitySchema>;
export type Ban = z.infer<typeof banSchema>;
export type GroupInvitation = z.infer<typeof groupInvitationSchema>;
export type InvitationPreview = z.infer<typeof invitationPreviewSchema>;
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export type JoinResult = z.infer<typeof joinResultSchema>;
export type Member = z.infer<typeof memberSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Chat = z.infer<typeof chatSchema>;
export type Media = z.infer<typeof mediaSchema>;
