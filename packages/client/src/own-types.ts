import type {
  Block as AnyBlock,
  BriefUser as AnyBriefUser,
  Chat as AnyChat,
  Friend as AnyFriend,
  FriendRequest as AnyFriendRequest,
  Group as AnyGroup,
  Member as AnyMember,
  Session as AnySession,
  User as AnyUser,
} from '@parley/protocol';

/**
 * Types of an app's custom data. An app declares them by module augmentation:
 *
 * ```ts
 * declare module '@parley/client' {
 *   interface ParleyTypes {
 *     message: { priority?: 'high' };
 *     user: { team: string };
 *     group: { room: number };
 *     chat: { folder: string };
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add members
export interface ParleyTypes {}

/** Type of a message's `custom` data: `ParleyTypes['message']`. Default: any JSON object. */
export type MessageCustom = CustomOf<'message'>;

/** Type of a user's `custom` data: `ParleyTypes['user']`. Default: any JSON object. */
export type UserCustom = CustomOf<'user'>;

/** Type of a group's `custom` data: `ParleyTypes['group']`. Default: any JSON object. */
export type GroupCustom = CustomOf<'group'>;

/**
 * Type of the `custom` data that a user stores with a chat: `ParleyTypes['chat']`. Default: any
 * JSON object.
 */
export type ChatCustom = CustomOf<'chat'>;

/** A user as other users see them. */
export interface User extends Omit<AnyUser, 'custom'> {
  /** Data of the app. */
  custom?: UserCustom | undefined;
}

/** A user with name and avatar, in a list of the users that other items refer to. */
export type BriefUser = Pick<User, keyof AnyBriefUser>;

/** Result of a sign-in, registration or refresh. */
export type Session = WithUser<AnySession>;

/** A friend of the user. */
export type Friend = WithUser<AnyFriend>;

/** A friend request. */
export interface FriendRequest extends Omit<AnyFriendRequest, 'from' | 'to'> {
  from: User;
  to: User;
}

/** A user whose messages are blocked. */
export type Block = WithUser<AnyBlock>;

/** A member of a group. */
export type Member = WithUser<AnyMember>;

/** A group as its members see it. */
export interface Group extends Omit<AnyGroup, 'custom'> {
  /** Data of the app. */
  custom?: GroupCustom | undefined;
}

/** A chat in the user's chat list. */
export interface Chat extends Omit<AnyChat, 'custom'> {
  /** Data that the app stores with the chat. Only this user sees it. */
  custom?: ChatCustom | undefined;
}

type WithUser<Item> = Omit<Item, 'user'> & { user: User };

type CustomOf<Name extends string> = ParleyTypes extends Record<Name, infer Type> ? Type : Record<string, unknown>;
