import { z } from 'zod';
import { bodySchema } from './bodies.ts';
import { id } from './strings.ts';

// What REST answers. Fields may be added, never renamed.

/** Ms since 1970 UTC. */
const date = z.int().nonnegative();

/** The id of a message, or 0 for none yet. */
const mark = z.int().nonnegative();

/** A person as others see them. */
export const userSchema = z.object({
  id,
  username: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  sign: z.string(),
});

/** What a sign-in, registration or refresh yields. */
export const sessionSchema = z.object({
  accessToken: z.string(),
  /** Seconds for which the access token holds. */
  expiresIn: z.int().positive(),
  /** Good for one refresh; used twice, it ends its session. */
  refreshToken: z.string(),
  user: userSchema,
  /** The url of each gateway's root, or one public url. */
  gateways: z.array(z.string()),
});

/** One of a user's sessions, as their list shows it. */
export const signInSchema = z.object({
  id: z.string(),
  /** What the device called itself. */
  device: z.string().nullable(),
  created: date,
  lastUsed: date,
  /** The one that asks. */
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
  /** What the caller calls the friend; empty for none. */
  remark: z.string(),
  friendGroup: id.nullable(),
  online: z.boolean(),
  /** Null while online and when not known. */
  lastSeen: date.nullable(),
  since: date,
});

/** A heading under which a user sorts friends. */
export const friendGroupSchema = z.object({ id, name: z.string(), position: z.int().nonnegative() });

/** Someone who may not write to the caller. */
export const blockSchema = z.object({ user: userSchema, date });

export const roleSchema = z.enum(['owner', 'admin', 'member']);

/** Users who talk together, as a member sees the group. */
export const groupSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  avatar: z.string().nullable(),
  owner: id,
  maxMembers: z.int().positive(),
  /** How many there are. */
  members: z.int().positive(),
  /** The caller's. */
  role: roleSchema,
  /** What members see of the time before they joined: nothing, or all. */
  history: z.enum(['joined', 'all']),
});

export const memberSchema = z.object({
  user: userSchema,
  role: roleSchema,
  joined: date,
  /** What the member is called in the group; empty for their own name. */
  alias: z.string(),
});

/** A message in the caller's copy. */
export const messageSchema = z.object({
  id,
  conversation: z.string(),
  from: id,
  to: id,
  date,
  /** Null once recalled. */
  body: bodySchema.nullable(),
  /** To its sender only. */
  ref: z.string().optional(),
  replyTo: id.optional(),
  mentions: z.array(id).optional(),
  edited: date.optional(),
  recalled: date.optional(),
  reactions: z.array(z.object({ emoji: z.string(), users: z.array(id) })).optional(),
});

/** The caller's own box of a conversation. */
export const chatSchema = z.object({
  /** The peer or group. */
  chat: id,
  type: z.enum(['user', 'group']),
  name: z.string(),
  avatar: z.string().nullable(),
  /** What the caller calls a friend, where they do. */
  remark: z.string().optional(),
  last: messageSchema.nullable(),
  unread: z.int().nonnegative(),
  /** How far the caller has read. */
  read: mark,
  /** How far the peer has read. */
  peerRead: mark,
  pinned: z.boolean(),
  muted: z.boolean(),
  updated: date,
});

/** An uploaded file; with a `type` before it and `media` for `id`, the body of a message. */
export const mediaSchema = z.object({
  id,
  name: z.string(),
  /** Bytes. */
  size: z.int().nonnegative(),
  /** What the content is. */
  mime: z.string(),
  /** Pixels. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Seconds. */
  duration: z.number().nonnegative().optional(),
});

export type User = z.infer<typeof userSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type SignIn = z.infer<typeof signInSchema>;
export type FriendRequest = z.infer<typeof friendRequestSchema>;
export type Friend = z.infer<typeof friendSchema>;
export type FriendGroup = z.infer<typeof friendGroupSchema>;
export type Block = z.infer<typeof blockSchema>;
export type Role = z.infer<typeof roleSchema>;
export type Group = z.infer<typeof groupSchema>;
export type Member = z.infer<typeof memberSchema>;
export type Message = z.infer<typeof messageSchema>;
export type Chat = z.infer<typeof chatSchema>;
export type Media = z.infer<typeof mediaSchema>;
