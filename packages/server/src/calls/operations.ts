import type {
  Block,
  Body,
  BriefUser,
  Chat,
  Custom,
  ErrorCode,
  Friend,
  Group,
  GroupInvitation,
  Member,
  Message,
  Privacy,
  Report,
  Session,
  SignIn,
  User,
} from '@parley/protocol';

/**
 * Operations of the server API, each with its input (path, query and body in one object) and its
 * result. See the api's `/docs`.
 */
export interface Operations {
  'GET /server/users': [Paging & { q?: string }, Page<ServerUser>];
  /** Creates the user with an external id, or changes the given fields. */
  'PUT /server/users/{user}': [{ user: string } & UserFields, ServerUser];
  'GET /server/users/{user}': [OfUser, ServerUser];
  /** Deactivates the user. The user's data stays. */
  'DELETE /server/users/{user}': [OfUser, undefined];
  /** Reverses a deactivation. No-op if the user is active. */
  'POST /server/users/{user}/reactivate': [OfUser, ServerUser];
  /** Closes the connections of the user. Their sessions stay. */
  'DELETE /server/users/{user}/connections': [OfUser, undefined];
  'GET /server/users/{user}/sessions': [OfUser & Paging, Page<ServerSession>];
  'DELETE /server/users/{user}/sessions/{session}': [OfUser & { session: string }, undefined];
  'GET /server/users/{user}/push-devices': [OfUser, Page<PushDevice>];
  'GET /server/users/{user}/chats': [OfUser & Paging & { archived?: boolean }, Page<Chat> & Named];
  'GET /server/users/{user}/chats/{chat}/messages': [
    OfChat & { before?: number; after?: number; around?: number; limit?: number },
    { items: Message[]; more: boolean } & Named,
  ];
  'GET /server/users/{user}/chats/{chat}/messages/{message}': [OfMessage, Message];
  /** Edits the message for everybody. Missing fields stay unchanged. */
  'PATCH /server/users/{user}/chats/{chat}/messages/{message}': [
    OfMessage & { body?: Body; custom?: Custom | null },
    Message,
  ];
  /** Removes the message for everybody; with `for: 'user'` only from the copy of this user. */
  'DELETE /server/users/{user}/chats/{chat}/messages/{message}': [OfMessage & { for?: 'all' | 'user' }, undefined];
  /** Creates a link for choosing a new password. */
  'POST /server/users/{user}/password-reset': [OfUser, { token: string; url: string; expires: number }];
  /** Disables the second factor of the user. */
  'DELETE /server/users/{user}/totp': [OfUser, undefined];
  'GET /server/users/{user}/privacy': [OfUser, Privacy];
  'PATCH /server/users/{user}/privacy': [OfUser & Partial<Privacy>, Privacy];
  'PUT /server/users/{user}/friends/{friend}': [OfUser & { friend: Ref }, Friend];
  'DELETE /server/users/{user}/friends/{friend}': [OfUser & { friend: Ref }, undefined];
  'PUT /server/users/{user}/blocks/{blocked}': [OfUser & { blocked: Ref }, Block];
  'DELETE /server/users/{user}/blocks/{blocked}': [OfUser & { blocked: Ref }, undefined];

  /**
   * Creates the group with an external id, or changes the given fields. `members` replaces all
   * members.
   */
  'PUT /server/groups/{group}': [{ group: string } & GroupFields, ServerGroup];
  'GET /server/groups/{group}': [OfGroup, ServerGroup];
  'DELETE /server/groups/{group}': [OfGroup, undefined];
  'GET /server/groups/{group}/members': [OfGroup & Paging, Page<Member>];
  'PUT /server/groups/{group}/members/{user}': [OfGroup & OfUser & { role?: 'admin' | 'member' }, Member];
  'DELETE /server/groups/{group}/members/{user}': [OfGroup & OfUser, undefined];
  /**
   * Creates an invitation link to the group. `approval`: its owner and admins must accept each
   * user.
   */
  'POST /server/groups/{group}/invites': [
    OfGroup & Partial<Pick<GroupInvitation, 'approval' | 'uses' | 'expires'>>,
    GroupInvitation,
  ];
  'GET /server/groups/{group}/invites': [OfGroup & Paging, Page<GroupInvitation>];
  'DELETE /server/groups/{group}/invites/{invitation}': [OfGroup & { invitation: number | string }, undefined];

  /** Sends to one receiver. `sendToMany` sends to many. */
  'POST /server/messages': [NewMessage, Accepted];
  /** Lists the jobs of this API key, the newest first. */
  'GET /server/jobs': [Paging, Page<Job>];
  'GET /server/jobs/{id}': [{ id: number }, Job];
  /** Cancels the job. Messages that were already sent stay. */
  'DELETE /server/jobs/{id}': [{ id: number }, undefined];
  /** Lists the imports of this API key, the newest first. `importHistory` starts one. */
  'GET /server/imports': [Paging, Page<Import>];
  'GET /server/imports/{id}': [{ id: number }, Import];
  /** Opens a session for a device of a user. */
  'POST /server/tokens': [{ user: Ref; device?: string }, Session];

  'GET /server/invitations': [Paging, Page<Invitation>];
  'POST /server/invitations': [{ uses?: number; expires?: number; note?: string }, Invitation];
  'DELETE /server/invitations/{code}': [{ code: string }, undefined];

  'GET /server/reports': [Paging & { state?: Report['state'] }, Page<ServerReport>];
  /** Closes or opens a report, or writes a note about it. */
  'PATCH /server/reports/{id}': [{ id: number; state?: Report['state']; note?: string }, ServerReport];

  'GET /server/webhooks': [Nothing, Page<WebhookEndpoint>];
  'GET /server/webhooks/dead': [Paging & { endpoint?: string }, Page<DeadWebhook>];
  'POST /server/webhooks/dead/{id}/replay': [{ id: string }, undefined];
  'DELETE /server/webhooks/dead/{id}': [{ id: string }, undefined];
}

/** The arguments of a call. The input is optional if it has no required field. */
export type Input<I> = Nothing extends I ? [input?: I] : [input: I];
type Nothing = Record<never, never>;

/** A user or group: the external id, or the id of Parley as a number. */
export type Ref = string | number;

type OfUser = { user: Ref };
type OfGroup = { group: Ref };
/** `chat` is Parley's id of the other user or of the group. */
type OfChat = OfUser & { chat: number };
type OfMessage = OfChat & { message: number };

/** A message to send. */
export interface NewMessage {
  /** `system`, or a user who must have the permit to write. */
  from: 'system' | Ref;
  /** A user by external id, a user or group by Parley's id, or a group by external id. */
  to: Ref | { group: string };
  /**
   * Unique for each message of a sender. Resending a message with the same `ref` sends it only
   * once.
   */
  ref: string;
  body: Body;
  replyTo?: number;
  mentions?: number[];
  /** Data of the app. */
  custom?: Custom;
  /** True: the message causes no push notification. */
  silent?: true;
}

/** A message to many receivers. `ref` and the receiver identify each message. */
export interface ManyMessage extends Omit<NewMessage, 'to'> {
  to: NewMessage['to'][];
}

/** A job: a message to many receivers that the api sends in the background. */
export interface Job {
  id: number;
  state: 'waiting' | 'running' | 'done' | 'canceled';
  /** All receivers. */
  total: number;
  /** Number of receivers that were handled, including the failed ones. */
  done: number;
  /** Number of receivers that did not get the message. */
  failed: number;
  /**
   * The errors of about the first hundred failed receivers. `to` is the receiver as in the request,
   * or their id.
   */
  errors: { to: NewMessage['to']; code: ErrorCode; message: string }[];
  /** Unix ms. */
  created: number;
  updated: number;
}

/** A line of an import. Users and groups are named as in other calls. */
export type ImportLine =
  | {
      type: 'message';
      /** Id in the system that it comes from, unique for each sender. */
      id: string;
      from: 'system' | Ref;
      to: NewMessage['to'];
      /** When it was sent, in Unix ms. */
      date: number;
      body: Body;
      custom?: Custom;
      mentions?: Ref[];
      /** Id and date of an earlier message of the chat. */
      replyTo?: { id: string; date: number };
    }
  /** The user has read all messages of the chat up to this date. */
  | { type: 'read'; user: Ref; chat: NewMessage['to']; date: number }
  /** Since when the user sees and counts messages of the group. */
  | { type: 'member'; group: Ref; user: Ref; joined: number };

/** An import of history, and how far it is. */
export interface Import {
  id: number;
  state: 'running' | 'done' | 'interrupted';
  /** Lines that were handled, including skipped ones. */
  lines: number;
  /** Messages that were written. */
  imported: number;
  /** Messages that had been imported before. */
  duplicates: number;
  /** Lines that were refused. */
  failed: number;
  /** Why lines were refused, of the first hundred. */
  errors: { line: number; code: ErrorCode; message: string }[];
  /** Unix ms. */
  created: number;
  updated: number;
}

/** A message that was accepted. */
export interface Accepted {
  id: number;
  conversation: string;
  /** Unix ms. */
  date: number;
  /**
   * True if a device of another participant was connected. False if the recipient hides it from the
   * sender.
   */
  online: boolean;
  /** True if a message of this sender with this `ref` had already been sent. */
  duplicate: boolean;
}

/** A user in the form that the product's backend gets. */
export interface ServerUser extends User {
  externalId: string | null;
  /** Unix ms. */
  created: number;
  /** When the user was deactivated, in Unix ms. Null for active users. */
  deactivated: number | null;
}

/** A group in the form that the product's backend gets. */
export interface ServerGroup extends Omit<Group, 'role'> {
  externalId: string | null;
  /** Days after which messages are removed. 0: never. Null: as set for the installation. */
  retention: number | null;
}

/** A session in the form that the product's backend gets. */
export type ServerSession = Omit<SignIn, 'current'>;

/** A browser or phone that receives notifications. */
export interface PushDevice {
  kind: 'web' | 'fcm' | 'apns';
  /** For APNs: the bundle id of the app. */
  app: string | null;
  /** With APNs. */
  environment: 'production' | 'sandbox' | null;
  language: string;
  /** In groups, only messages that mention the user are pushed. */
  mentionsOnly: boolean;
  /** Notifications show no text of messages. */
  hideText: boolean;
  /** Null if the session belongs to another issuer. */
  session: string | null;
  /** Unix ms. */
  created: number;
  /** When it was last registered, Unix time in ms. */
  seen: number;
}

/** An invitation to register. */
export interface Invitation {
  code: string;
  note: string;
  /** Remaining number of accounts that can be registered with it. */
  uses: number;
  used: number;
  created: number;
  /** When it expires, in Unix ms. Null: never. */
  expires: number | null;
}

/** A report of a user, a group or a message, in the form that moderators get. */
export interface ServerReport extends Omit<Report, 'message'> {
  /** The user who sent the report. */
  reporter: number;
  /** The content of the message at the time of the report. */
  message: Message | null;
  /** A note of the moderators. */
  note: string;
  /** Unix ms. */
  updated: number;
}

/** A webhook endpoint with its queue. */
export interface WebhookEndpoint {
  endpoint: string;
  url: string;
  events: ('message' | 'friend' | 'group' | 'presence' | 'report')[];
  /** Number of queued events. */
  waiting: number;
  /** Number of events that failed permanently. */
  dead: number;
}

/** A webhook event that failed permanently. */
export interface DeadWebhook {
  id: string;
  endpoint: string;
  attempts: number;
  /** The error of the last attempt. */
  error: string;
  /** Unix ms. */
  died: number;
  event: { id: string; type: string; date: number; data: Record<string, unknown> };
}

/** A page of a list. `next` is the `after` of the next page, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Selects a page of a list. `limit` is at most 200. */
export interface Paging {
  limit?: number;
  after?: string;
}

/** The users that the items of a page refer to, each once. */
interface Named {
  users: BriefUser[];
}

type UserFields = Partial<Pick<User, 'username' | 'name' | 'avatar' | 'sign'>> & {
  /** Data of the app. Null removes it. */
  custom?: Custom | null;
};

type GroupFields = Pick<Group, 'name'> &
  Partial<Pick<Group, 'description' | 'avatar' | 'history' | 'slowMode' | 'visibility' | 'maxMembers'>> & {
    owner: Ref;
    /** Days after which messages are removed. 0: never. Null: as set for the installation. */
    retention?: number | null;
    /** All members. Default: the members do not change. */
    members?: Ref[];
    /** Data of the app. Null removes it. */
    custom?: Custom | null;
  };
