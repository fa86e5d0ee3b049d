import type {
  Ban,
  Draft,
  FoundGroup,
  FriendGroup,
  GroupInvitation,
  InvitationPreview,
  JoinRequest,
  Media,
  Message,
  Privacy,
  QuietHours,
  Report,
  ReportReason,
  SignIn,
} from '@parley/protocol';
import type {
  Block,
  BriefUser,
  Chat,
  ChatCustom,
  Friend,
  FriendRequest,
  Group,
  GroupCustom,
  Member,
  Session,
  User,
  UserCustom,
} from '../own-types.ts';

/**
 * Operations of the api, each with its input (path, query and body in one object) and its result.
 * See the api's `/docs`.
 */
export interface Operations {
  'POST /users': [Account, Session];
  'GET /users': [(Paging & { q: string }) | { ids: string }, Page<User>];
  'GET /users/{id}': [Id, User];
  'POST /sessions': [SignInAccount, Session];
  'POST /sessions/refresh': [{ refreshToken?: string | undefined }, Session];
  'GET /sessions': [Paging, Page<SignIn>];
  'DELETE /sessions/{id}': [{ id: string }, undefined];
  'DELETE /sessions/current': [Nothing, undefined];
  'GET /me': [Nothing, User];
  /** `custom` is data of the app, which null removes. */
  'PATCH /me': [
    Partial<Pick<User, 'name' | 'avatar' | 'sign'>> & {
      custom?: UserCustom | null;
      privacy?: Partial<Privacy>;
      quietHours?: QuietHours | null;
    },
    User,
  ];
  /**
   * Deletes the account permanently. Requires the password if the account has one. Returns the data
   * that remains.
   */
  'DELETE /me': [{ password?: string }, { remains: Remains[] }];

  /** Facts about the server that are known before sign-in, such as whether registration is open. */
  'GET /info': [Nothing, ServerInfo];
  /** How the user signs in, and their privacy settings. */
  'GET /me/account': [Nothing, AccountSettings];
  'PUT /me/password': [{ current: string; password: string }, undefined];
  'PUT /me/email': [{ email: string; password?: string }, undefined];
  'DELETE /me/email': [{ password?: string }, undefined];
  'POST /me/totp': [{ password: string }, { secret: string; uri: string }];
  'PUT /me/totp': [{ code: string }, { recoveryCodes: string[] }];
  'DELETE /me/totp': [{ password: string; code: string }, undefined];
  'PUT /email-confirmations/{token}': [{ token: string }, undefined];
  'POST /password-resets': [{ username: string }, undefined];
  'PUT /password-resets/{token}': [{ token: string; password: string }, undefined];

  'GET /friends': [Paging, Page<Friend>];
  'PATCH /friends/{id}': [Id & Partial<Pick<Friend, 'remark' | 'friendGroup'>>, Friend];
  'DELETE /friends/{id}': [Id, undefined];
  'POST /friend-requests': [{ to: number; message?: string }, FriendRequest];
  'GET /friend-requests': [Paging & Partial<Pick<FriendRequest, 'state'>>, Page<FriendRequest>];
  'POST /friend-requests/{id}/accept': [Id, FriendRequest];
  'POST /friend-requests/{id}/decline': [Id, FriendRequest];
  'GET /friend-groups': [Paging, Page<FriendGroup>];
  'POST /friend-groups': [{ name: string; position?: number }, FriendGroup];
  'PATCH /friend-groups/{id}': [Id & { name?: string; position?: number }, FriendGroup];
  'DELETE /friend-groups/{id}': [Id, undefined];
  'GET /blocks': [Paging, Page<Block>];
  'PUT /blocks/{id}': [Id, Block];
  'DELETE /blocks/{id}': [Id, undefined];
  'POST /reports': [NewReport, Report];

  'GET /chats': [Paging & { archived?: boolean }, Page<Chat> & Named & Recorded];
  'PUT /chats/{id}': [Id, Chat];
  /** `custom` is data of the app for this user alone, which null removes. */
  'PATCH /chats/{id}': [
    Id & Partial<Pick<Chat, 'pinned' | 'muted' | 'archived'>> & { custom?: ChatCustom | null },
    Chat,
  ];
  /**
   * Stores unsent text for the user's other devices. An empty text without `replyTo` removes the
   * draft.
   */
  'PUT /chats/{id}/draft': [Id & Omit<Draft, 'updated'>, Chat];
  'DELETE /chats/{id}/draft': [Id, undefined];
  'DELETE /chats/{id}': [Id, undefined];
  /** Lists the pinned messages, the newest pin first. */
  'GET /chats/{id}/pins': [Id & Paging, Page<Message> & Named];
  'GET /chats/{id}/messages': [Id & MessageQuery, { items: Message[]; more: boolean } & Named & Recorded];
  /**
   * Lists who has read an own message, and who has only received it. A user who hides their read
   * receipts is in `delivered`.
   */
  'GET /chats/{id}/messages/{message}/readers': [
    Id & { message: number },
    { read: number[]; delivered: number[] } & Named,
  ];
  /** Set `q`, or at least one of the other fields. */
  'GET /search': [Paging & SearchQuery, Page<Hit> & Named];
  'GET /media/{id}/info': [Id, Media];
  'GET /media/{id}/url': [Id, MediaUrl];
  /** The server's VAPID key, for `pushManager.subscribe`. */
  'GET /push': [Nothing, { key: string }];
  'PUT /push/subscriptions': [PushTarget, undefined];
  'DELETE /push/subscriptions': [Pick<PushTarget, 'endpoint'>, undefined];
  'GET /push/devices': [Nothing, Page<ListedPushDevice>];
  'POST /push/devices': [PushDevice, undefined];
  'DELETE /push/devices': [Pick<PushDevice, 'kind' | 'token'>, undefined];

  'GET /groups': [Paging, Page<Group>];
  /** Finds groups by the beginning of their name, except private ones. */
  'GET /groups?q={q}': [{ q: string } & Paging, Page<FoundGroup>];
  'POST /groups': [{ name: string; members?: number[] } & GroupFields, Group];
  'GET /groups/{id}': [Id, Group];
  'PATCH /groups/{id}': [Id & GroupFields, Group];
  'DELETE /groups/{id}': [Id, undefined];
  'POST /groups/{id}/leave': [Id, undefined];
  'GET /groups/{id}/members': [Id & Paging, Page<Member>];
  'PUT /groups/{id}/members/{user}': [Id & { user: number }, Member];
  'PATCH /groups/{id}/members/{user}': [
    Id & { user: number; role?: Member['role']; alias?: string; mutedUntil?: number | null },
    Member,
  ];
  'GET /groups/{id}/bans': [Id & Paging, Page<Ban>];
  'PUT /groups/{id}/bans/{user}': [Id & { user: number }, Ban];
  'DELETE /groups/{id}/bans/{user}': [Id & { user: number }, undefined];
  'DELETE /groups/{id}/members/{user}': [Id & { user: number }, undefined];
  /**
   * Creates an invitation link, for the owner and admins. `approval`: each user must be accepted by
   * them.
   */
  'POST /groups/{id}/invites': [Id & Partial<Pick<GroupInvitation, 'approval' | 'uses' | 'expires'>>, GroupInvitation];
  'GET /groups/{id}/invites': [Id & Paging, Page<GroupInvitation>];
  'DELETE /groups/{id}/invites/{invitation}': [Id & { invitation: number | string }, undefined];
  'GET /groups/{id}/requests': [Id & Paging, Page<JoinRequest>];
  /**
   * Accepts the request of a user, for the owner and admins. With the caller's own id: joins a
   * public group, or requests to join a group with the visibility `request`.
   */
  'PUT /groups/{id}/requests/{user}': [Id & { user: number; message?: string }, Member | JoinRequest];
  /**
   * Declines the request of a user, for the owner and admins. With the caller's own id: withdraws
   * it.
   */
  'DELETE /groups/{id}/requests/{user}': [Id & { user: number }, undefined];
  /** Shows the group of an invitation link. Needs no session. */
  'GET /invites/{code}': [{ code: string }, InvitationPreview];
  /** `requested`: the owner and admins must accept the user. */
  'POST /invites/{code}/join': [{ code: string; message?: string }, { state: 'joined' | 'requested'; group?: Group }];
}

/** Calls an operation of the api. @throws ParleyError */
export type Api = <O extends keyof Operations>(
  operation: O,
  ...input: Input<Operations[O][0]>
) => Promise<Operations[O][1]>;

/** Makes the input optional if it has no required field. */
type Input<I> = Nothing extends I ? [input?: I] : [input: I];
type Nothing = Record<never, never>;
type Id = { id: number };

/** Credentials of an account to create or to sign in to. */
export interface Account {
  username: string;
  password: string;
  /** Display name. Default: the username. */
  name?: string;
  /** Name of this device in the list of sessions. */
  device?: string;
}

/** Credentials of a sign-in. */
export interface SignInAccount extends Omit<Account, 'name'> {
  /**
   * Code of the second factor or a recovery code. A sign-in without it fails with `code-required`
   * if the account has a second factor.
   */
  code?: string;
}

/** Facts about a server that a client needs before sign-in. */
export interface ServerInfo {
  registration: 'open' | 'invite' | 'closed';
  /** Whether users reset their passwords by e-mail. Otherwise the operator resets them. */
  passwordReset: boolean;
  /** `relay`: the server does not record messages. */
  history: 'mirror' | 'relay';
  /** Maximum bytes of an upload. */
  maxUpload: number;
}

/** How a user signs in, and their privacy settings. Only the user sees them. */
export interface AccountSettings {
  email: string | null;
  /** A new address that the user has not confirmed yet. */
  pendingEmail: string | null;
  /** False for users who sign in by an external system. */
  hasPassword: boolean;
  /** Whether a sign-in needs a code of a second factor. */
  totp: boolean;
  /** Number of recovery codes that are left. */
  recoveryCodes: number;
  privacy: Privacy;
  /** Daily time without push notifications. */
  quietHours: QuietHours | null;
}

/** Selects the newest messages, or those before, after or around a message id. */
export interface MessageQuery {
  before?: number;
  after?: number;
  around?: number;
  /** At most 200. Default: 50. */
  limit?: number;
}

/** A page of a list. `next` is the `after` of the next page, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The users that the items of a page refer to, each once. */
export interface Named {
  users: BriefUser[];
}

/** Whether a page is complete. */
export interface Recorded {
  /**
   * True if messages that were accepted before the request may be missing, because they are not
   * recorded yet.
   */
  unrecorded?: boolean;
}

/** Selects a page of a list. `limit` is at most 200. */
export interface Paging {
  limit?: number;
  after?: string;
}

/** A browser's push subscription, with the language of its notifications. */
export interface PushTarget extends PushChoices {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  language?: 'en' | 'zh';
}

/** A phone that receives notifications from FCM or APNs, with the language of its notifications. */
export interface PushDevice extends PushChoices {
  kind: 'fcm' | 'apns';
  /** The token that the app received from FCM or APNs. */
  token: string;
  /** With APNs: the bundle id of the app. Default: the first app of the server. */
  app?: string;
  /** With APNs: `sandbox` for apps signed for development. Default: `production`. */
  environment?: 'production' | 'sandbox';
  language?: 'en' | 'zh';
}

/** What a push device shows of which messages. Set it with each registration. */
export interface PushChoices {
  /** In groups, push only messages that mention the user. Default: false. */
  mentionsOnly?: boolean;
  /** Show neither text nor sender of messages. Default: false. */
  hideText?: boolean;
}

/** A push device of the user, without its token. */
export interface ListedPushDevice {
  kind: 'web' | 'fcm' | 'apns';
  /** With APNs. */
  app: string | null;
  environment: 'production' | 'sandbox' | null;
  language: string;
  mentionsOnly: boolean;
  hideText: boolean;
  /** Null if the session belongs to another issuer. */
  session: string | null;
  /** Unix time in ms. */
  created: number;
  /** When it was last registered, Unix time in ms. */
  seen: number;
}

type GroupFields = Partial<
  Pick<Group, 'name' | 'description' | 'avatar' | 'history' | 'slowMode' | 'visibility' | 'maxMembers'>
> & {
  /** Data of the app. Null removes it. */
  custom?: GroupCustom | null;
};

/** The target of a report and its reason. */
export type NewReport = ({ user: number } | { group: number } | { chat: number; message: number }) & {
  reason: ReportReason;
  text?: string;
};

/** Data that remains after an account was deleted. */
export interface Remains {
  where: 'users' | 'peers' | 'groups' | 'media' | 'blocks' | 'reports';
  /** Description. */
  what: string;
  count: number;
}

/** A search. A message is found if it matches every field that is set. */
export interface SearchQuery {
  /** Words, phrases in quotes, and `-` before words to exclude. At most 200 characters. */
  q?: string;
  /** Only the chat with this user or group. */
  chat?: number;
  /** Only messages that this user sent. */
  from?: number;
  /** Only bodies of these types, separated by commas. `link`: texts with a web address. */
  kind?: string;
  /** Only messages sent at or after this date, in Unix ms. */
  since?: number;
  /** Only messages sent before this date, in Unix ms. */
  until?: number;
}

/** A message that a search found. */
export interface Hit {
  message: Message;
  /** The peer or group of the chat, and its name. */
  chat: number;
  type: Chat['type'];
  name: string;
  /** Positions of the words of `q` in the text, in UTF-16 units: start and end (exclusive). */
  hits: [from: number, to: number][];
}

/** Temporary URLs of a media object that need no token, relative to the api. */
export interface MediaUrl {
  url: string;
  /** URL of a smaller version, for images. */
  thumbnail?: string;
  /** When the URLs expire, in Unix ms. */
  expires: number;
}
