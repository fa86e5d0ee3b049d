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

/** Type of `custom` of a message: `ParleyTypes['message']`. Default: any JSON object. */
export type MessageCustom = CustomOf<'message'>;

/** Type of `custom` of a user: `ParleyTypes['user']`. Default: any JSON object. */
export type UserCustom = CustomOf<'user'>;

/** Type of `custom` of a group: `ParleyTypes['group']`. Default: any JSON object. */
export type GroupCustom = CustomOf<'group'>;

/** Type of `custom` of an own chat: `ParleyTypes['chat']`. Default: any JSON object. */
export type ChatCustom = CustomOf<'chat'>;

/** A user in the form that other users see. */
export interface User extends Omit<AnyUser, 'custom'> {
  /** Data of the app. */
  custom?: UserCustom | undefined;
}

/** A user in a list of users that other items refer to. */
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

/** A group in the form that a member sees. */
export interface Group extends Omit<AnyGroup, 'custom'> {
  /** Data of the app. */
  custom?: GroupCustom | undefined;
}

/** A chat in the user's list of chats. */
export interface Chat extends Omit<AnyChat, 'custom'> {
  /** Data of the app, which only this user sees. */
  custom?: ChatCustom | undefined;
}

type WithUser<Item> = Omit<Item, 'user'> & { user: User };

type CustomOf<Name extends string> = ParleyTypes extends Record<Name, infer Type> ? Type : Record<string, unknown>;
