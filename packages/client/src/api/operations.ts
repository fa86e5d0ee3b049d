import type {
  Ban,
  Draft,
  FoundGroup,
  FriendGroup,
  GroupInvitation,
  InvitationPreview,
  JoinRequest,
  LinkPreview,
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
 * Operations of the REST api, each with the types of the input (path, query and body in one object)
 * and of the result. The page `/docs` of the api describes them.
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
  /** Changes the user's profile and settings. `custom` is data of the app; null removes it. */
  'PATCH /me': [
    Partial<Pick<User, 'name' | 'avatar' | 'sign'>> & {
      custom?: UserCustom | null;
      privacy?: Partial<Privacy>;
      quietHours?: QuietHours | null;
    },
    User,
  ];
  /**
   * Deletes the user's account permanently. Needs the password if the account has one. Returns a
   * list of the data that remains on the server.
   */
  'DELETE /me': [{ password?: string }, { remains: Remains[] }];

  /**
   * Returns facts about the server that are available before sign-in, such as whether users can
   * register.
   */
  'GET /info': [Nothing, ServerInfo];
  /** Returns how the user signs in, and the user's privacy settings. */
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
  /**
   * Changes the user's own settings of a chat. `custom` is data of the app that only this user
   * sees; null removes it.
   */
  'PATCH /chats/{id}': [
    Id & Partial<Pick<Chat, 'pinned' | 'muted' | 'mentionsOnly' | 'archived'>> & { custom?: ChatCustom | null },
    Chat,
  ];
  /**
   * Stores a draft, which is unsent text, for the user's other devices. An empty text without
   * `replyTo` removes the draft.
   */
  'PUT /chats/{id}/draft': [Id & Omit<Draft, 'updated'>, Chat];
  'DELETE /chats/{id}/draft': [Id, undefined];
  'DELETE /chats/{id}': [Id, undefined];
  /** Lists the pinned messages of a chat, the newest pin first. */
  'GET /chats/{id}/pins': [Id & Paging, Page<Message> & Named];
  'GET /chats/{id}/messages': [Id & MessageQuery, { items: Message[]; more: boolean } & Named & Recorded];
  /**
   * Lists the users who have read a message of this user, and those who have only received it.
   * Users who hide their read receipts are listed in `delivered`.
   */
  'GET /chats/{id}/messages/{message}/readers': [
    Id & { message: number },
    { read: number[]; delivered: number[] } & Named,
  ];
  /** What the page of the first link of a text message states about itself. */
  'GET /chats/{id}/messages/{message}/link-preview': [Id & { message: number }, { preview: LinkPreview | null }];
  /** Searches messages. Needs `q` or at least one of the other fields. */
  'GET /search': [Paging & SearchQuery, Page<Hit> & Named];
  'GET /media/{id}/info': [Id, Media];
  'GET /media/{id}/url': [Id, MediaUrl];
  /** Returns the server's VAPID key, which `pushManager.subscribe` needs. */
  'GET /push': [Nothing, { key: string }];
  'PUT /push/subscriptions': [PushTarget, undefined];
  'DELETE /push/subscriptions': [Pick<PushTarget, 'endpoint'>, undefined];
  'GET /push/devices': [Nothing, Page<ListedPushDevice>];
  'POST /push/devices': [PushDevice, undefined];
  'DELETE /push/devices': [Pick<PushDevice, 'kind' | 'token'>, undefined];

  'GET /groups': [Paging, Page<Group>];
  /** Finds groups by the beginning of their name. Private groups are not found. */
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
  /** Mutes a member. `until` is in Unix ms. */
  'PUT /groups/{id}/mutes/{user}': [Id & { user: number; until: number }, Member];
  'DELETE /groups/{id}/mutes/{user}': [Id & { user: number }, undefined];
  'DELETE /groups/{id}/members/{user}': [Id & { user: number }, undefined];
  /**
   * Creates an invitation link. Only the owner and admins can. With `approval`, they must accept
   * each user who follows the link.
   */
  'POST /groups/{id}/invites': [Id & Partial<Pick<GroupInvitation, 'approval' | 'uses' | 'expires'>>, GroupInvitation];
  'GET /groups/{id}/invites': [Id & Paging, Page<GroupInvitation>];
  'DELETE /groups/{id}/invites/{invitation}': [Id & { invitation: number | string }, undefined];
  'GET /groups/{id}/requests': [Id & Paging, Page<JoinRequest>];
  /**
   * Accepts a user's request to join; only the owner and admins can. With the caller's own id,
   * joins a public group, or requests to join a group with the visibility `request`.
   */
  'PUT /groups/{id}/requests/{user}': [Id & { user: number; message?: string }, Member | JoinRequest];
  /**
   * Declines a user's request to join; only the owner and admins can. With the caller's own id,
   * withdraws the caller's request.
   */
  'DELETE /groups/{id}/requests/{user}': [Id & { user: number }, undefined];
  /** Returns the group that an invitation link leads to. Needs no session. */
  'GET /invites/{code}': [{ code: string }, InvitationPreview];
  /**
   * Joins a group through an invitation link. Returns `requested` if the owner or an admin must
   * accept the user first.
   */
  'POST /invites/{code}/join': [{ code: string; message?: string }, { state: 'joined' | 'requested'; group?: Group }];
}

/**
 * Calls an operation of the api.
 *
 * @throws ParleyError
 */
export type Api = <O extends keyof Operations>(
  operation: O,
  ...input: Input<Operations[O][0]>
) => Promise<Operations[O][1]>;

/** Makes the input argument optional if the input has no required field. */
type Input<I> = Nothing extends I ? [input?: I] : [input: I];
type Nothing = Record<never, never>;
type Id = { id: number };

/** Credentials for creating an account or signing in to it. */
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
   * Code of the second factor, or a recovery code. If the account has a second factor, a sign-in
   * without a code fails with `code-required`.
   */
  code?: string;
}

/** Facts about a server that a client needs before sign-in. */
export interface ServerInfo {
  registration: 'open' | 'invite' | 'closed';
  /** True if users can reset their passwords by e-mail. False if the operator must do it. */
  passwordReset: boolean;
  /** `mirror`: the server keeps a history of messages. `relay`: it keeps none. */
  history: 'mirror' | 'relay';
  /** True if messages with links have previews. */
  linkPreviews: boolean;
  /** Maximum size of an upload, in bytes. */
  maxUpload: number;
}

/** How a user signs in, and their privacy settings. Only the user sees them. */
export interface AccountSettings {
  email: string | null;
  /** New e-mail address that the user has not confirmed yet. */
  pendingEmail: string | null;
  /** Whether the account has a password. False for users who sign in through an external system. */
  hasPassword: boolean;
  /** Whether a sign-in needs the code of a second factor. */
  totp: boolean;
  /** Number of unused recovery codes. */
  recoveryCodes: number;
  privacy: Privacy;
  /** Time of day without push notifications. */
  quietHours: QuietHours | null;
}

/** Selects the newest messages, or messages before, after or around a message id. */
export interface MessageQuery {
  before?: number;
  after?: number;
  around?: number;
  /** Maximum number of messages, at most 200. Default: 50. */
  limit?: number;
}

/** A page of a list. `next` is the value of `after` for the next page, null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The users that the items of a page refer to. Each user is listed once. */
export interface Named {
  users: BriefUser[];
}

/** Whether a page contains all messages that the server has accepted. */
export interface Recorded {
  /**
   * True if some messages that the server accepted before the request might be missing, because
   * they are not in PostgreSQL yet.
   */
  unrecorded?: boolean;
}

/** Selects a page of a list. `limit` is the number of items, at most 200. */
export interface Paging {
  limit?: number;
  after?: string;
}

/** A browser's push subscription and the language of its notifications. */
export interface PushTarget extends PushChoices {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  language?: 'en' | 'zh';
}

/** A phone that receives notifications through FCM or APNs, and their language. */
export interface PushDevice extends PushChoices {
  kind: 'fcm' | 'apns';
  /** Device token that the app has received from FCM or APNs. */
  token: string;
  /** Bundle id of the app, for APNs. Default: the first app that the server is configured for. */
  app?: string;
  /** Environment of APNs: `sandbox` for apps signed for development. Default: `production`. */
  environment?: 'production' | 'sandbox';
  language?: 'en' | 'zh';
}

/**
 * Which messages a device is notified of, and what a notification contains. Each registration must
 * contain it.
 */
export interface PushChoices {
  /**
   * Whether messages in groups cause a notification only if they mention the user. Default: false.
   */
  mentionsOnly?: boolean;
  /** Whether notifications contain neither the text nor the sender of a message. Default: false. */
  hideText?: boolean;
}

/** A registered device of the user, without its secret token. */
export interface ListedPushDevice {
  kind: 'web' | 'fcm' | 'apns';
  /** With APNs. */
  app: string | null;
  environment: 'production' | 'sandbox' | null;
  language: string;
  mentionsOnly: boolean;
  hideText: boolean;
  /** Id of the session. Null if an external issuer created the session. */
  session: string | null;
  /** Unix time in ms. */
  created: number;
  /** Time of the last registration, in Unix ms. */
  seen: number;
}

type GroupFields = Partial<
  Pick<Group, 'name' | 'description' | 'avatar' | 'history' | 'slowMode' | 'visibility' | 'maxMembers'>
> & {
  /** Data of the app. Null removes the data. */
  custom?: GroupCustom | null;
};

/** What a report is about, and its reason. */
export type NewReport = ({ user: number } | { group: number } | { chat: number; message: number }) & {
  reason: ReportReason;
  text?: string;
};

/** Data that remains on the server after an account was deleted. */
export interface Remains {
  where: 'users' | 'peers' | 'groups' | 'media' | 'blocks' | 'reports';
  /** Description. */
  what: string;
  count: number;
}

/** A search for messages. It finds the messages that match every field that is set. */
export interface SearchQuery {
  /** Words, phrases in quotes, and words to exclude with a leading `-`. At most 200 characters. */
  q?: string;
  /** Id of the user or group whose chat is searched. Default: all chats. */
  chat?: number;
  /** Id of the user who sent the messages. */
  from?: number;
  /** Types of message bodies, separated by commas. `link` finds texts with a web address. */
  kind?: string;
  /** Earliest date of the messages, in Unix ms, inclusive. */
  since?: number;
  /** Latest date of the messages, in Unix ms, exclusive. */
  until?: number;
}

/** A message that a search found. */
export interface Hit {
  message: Message;
  /** Id and name of the peer or group of the chat. */
  chat: number;
  type: Chat['type'];
  name: string;
  /**
   * Matches of the words of `q` in the text, as pairs of start and end (exclusive) in UTF-16 units.
   */
  hits: [from: number, to: number][];
}

/** Temporary URLs of a media file that work without a token, relative to the URL of the api. */
export interface MediaUrl {
  url: string;
  /** URL of a smaller version. Images only. */
  thumbnail?: string;
  /** Expiry of the URLs, in Unix ms. */
  expires: number;
}
