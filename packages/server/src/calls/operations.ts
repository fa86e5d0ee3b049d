import type {
  Ban,
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
  ReceivedBody,
  Report,
  Session,
  SignIn,
  User,
} from '@parley/protocol';

/**
 * Operations of the server API, each with the types of the input (path, query and body in one
 * object) and of the result. The page `/docs` of the api describes them.
 */
export interface Operations {
  'GET /server/users': [Paging & { q?: string }, Page<ServerUser>];
  /** Creates the user with this external id, or changes the given fields of an existing user. */
  'PUT /server/users/{user}': [{ user: string } & UserFields, ServerUser];
  'GET /server/users/{user}': [OfUser, ServerUser];
  /** Deactivates the user and keeps the user's data. */
  'DELETE /server/users/{user}': [OfUser, undefined];
  /** Reactivates a deactivated user. No-op if the user is active. */
  'POST /server/users/{user}/reactivate': [OfUser, ServerUser];
  'GET /server/users/{user}/connections': [OfUser, Page<UserConnections>];
  /** Closes the user's connections. The user's sessions stay valid. */
  'DELETE /server/users/{user}/connections': [OfUser, undefined];
  /** Returns how many events wait for the user, and how far each device has acknowledged them. */
  'GET /server/users/{user}/inbox': [OfUser, InboxState];
  'GET /server/users/{user}/sessions': [OfUser & Paging, Page<ServerSession>];
  'DELETE /server/users/{user}/sessions/{session}': [OfUser & { session: string }, undefined];
  'GET /server/users/{user}/push-devices': [OfUser, Page<PushDevice>];
  'GET /server/users/{user}/chats': [OfUser & Paging & { archived?: boolean }, Page<Chat> & Named];
  'GET /server/users/{user}/chats/{chat}/messages': [
    OfChat & { before?: number; after?: number; around?: number; limit?: number },
    { items: Message[]; more: boolean } & Named,
  ];
  /** Days after which messages of the chat are removed. 0: never. Null: see `RETENTION`. */
  'GET /server/users/{user}/chats/{chat}/retention': [OfChat, { retention: number | null }];
  'PUT /server/users/{user}/chats/{chat}/retention': [
    OfChat & { retention: number | null },
    { retention: number | null },
  ];
  'GET /server/users/{user}/chats/{chat}/messages/{message}': [OfMessage, Message];
  /** Edits the message for all participants. Fields that are not set stay unchanged. */
  'PATCH /server/users/{user}/chats/{chat}/messages/{message}': [
    OfMessage & { body?: Body; custom?: Custom | null },
    Message,
  ];
  /**
   * Removes the message for all participants, or, with `for: 'user'`, only from this user's copy of
   * the chat.
   */
  'DELETE /server/users/{user}/chats/{chat}/messages/{message}': [OfMessage & { for?: 'all' | 'user' }, undefined];
  /** Creates a link with which the user can choose a new password. */
  'POST /server/users/{user}/password-reset': [OfUser, { token: string; url: string; expires: number }];
  /** Disables the user's second factor. */
  'DELETE /server/users/{user}/totp': [OfUser, undefined];
  'GET /server/users/{user}/privacy': [OfUser, Privacy];
  'PATCH /server/users/{user}/privacy': [OfUser & Partial<Privacy>, Privacy];
  'PUT /server/users/{user}/friends/{friend}': [OfUser & { friend: Ref }, Friend];
  'DELETE /server/users/{user}/friends/{friend}': [OfUser & { friend: Ref }, undefined];
  'PUT /server/users/{user}/blocks/{blocked}': [OfUser & { blocked: Ref }, Block];
  'DELETE /server/users/{user}/blocks/{blocked}': [OfUser & { blocked: Ref }, undefined];

  /**
   * Creates the group with this external id, or changes the given fields of an existing group.
   * `members` replaces the whole list of members.
   */
  'PUT /server/groups/{group}': [{ group: string } & GroupFields, ServerGroup];
  'GET /server/groups/{group}': [OfGroup, ServerGroup];
  'DELETE /server/groups/{group}': [OfGroup, undefined];
  'GET /server/groups/{group}/members': [OfGroup & Paging, Page<Member>];
  'PUT /server/groups/{group}/members/{user}': [OfGroup & OfUser & { role?: 'admin' | 'member' }, Member];
  'DELETE /server/groups/{group}/members/{user}': [OfGroup & OfUser, undefined];
  'GET /server/groups/{group}/bans': [OfGroup & Paging, Page<Ban>];
  /** Bans a user, and removes the user from the group. */
  'PUT /server/groups/{group}/bans/{user}': [OfGroup & OfUser, Ban];
  'DELETE /server/groups/{group}/bans/{user}': [OfGroup & OfUser, undefined];
  /** Mutes a member. `until` is in Unix ms. */
  'PUT /server/groups/{group}/mutes/{user}': [OfGroup & OfUser & { until: number }, Member];
  'DELETE /server/groups/{group}/mutes/{user}': [OfGroup & OfUser, undefined];
  /**
   * Creates an invitation link to the group. With `approval`, the group's owner or an admin must
   * accept each user who follows the link.
   */
  'POST /server/groups/{group}/invites': [
    OfGroup & Partial<Pick<GroupInvitation, 'approval' | 'uses' | 'expires'>>,
    GroupInvitation,
  ];
  'GET /server/groups/{group}/invites': [OfGroup & Paging, Page<GroupInvitation>];
  'DELETE /server/groups/{group}/invites/{invitation}': [OfGroup & { invitation: number | string }, undefined];

  /** Sends a message to one receiver. The method `sendToMany` sends to many receivers. */
  'POST /server/messages': [NewMessage, Accepted];
  /** Lists the jobs that this API key has created, the newest first. */
  'GET /server/jobs': [Paging, Page<Job>];
  'GET /server/jobs/{id}': [{ id: number }, Job];
  /** Cancels the job. Messages that were already sent are not removed. */
  'DELETE /server/jobs/{id}': [{ id: number }, undefined];
  /**
   * Lists the imports that this API key has started, the newest first. The method `importHistory`
   * starts an import.
   */
  'GET /server/imports': [Paging, Page<Import>];
  'GET /server/imports/{id}': [{ id: number }, Import];
  /** Creates a session for a device of a user. */
  'POST /server/tokens': [{ user: Ref; device?: string }, Session];

  'GET /server/invitations': [Paging, Page<Invitation>];
  'POST /server/invitations': [{ uses?: number; expires?: number; note?: string }, Invitation];
  'DELETE /server/invitations/{code}': [{ code: string }, undefined];

  'GET /server/reports': [Paging & { state?: Report['state'] }, Page<ServerReport>];
  /** Closes or reopens a report, or sets the note of the moderators. */
  'PATCH /server/reports/{id}': [{ id: number; state?: Report['state']; note?: string }, ServerReport];

  'GET /server/holds': [Paging, Page<LegalHold>];
  /**
   * Puts a user or group on legal hold. If it is on hold already, changes only the reason.
   */
  'POST /server/holds': [({ user: Ref } | { group: Ref }) & { reason: string }, LegalHold];
  /** Ends the hold. `id` is Parley's id of the user or group. */
  'DELETE /server/holds/{id}': [{ id: number }, undefined];
  /** Lists the messages that the hold has preserved, in the order in which that happened. */
  'GET /server/holds/{id}/messages': [{ id: number } & Paging, Page<PreservedMessage>];

  /** Returns the progress of the retention and of the deletion of accounts. */
  'GET /server/removals': [Nothing, Removals];

  'GET /server/webhooks': [Nothing, Page<WebhookEndpoint>];
  'GET /server/webhooks/dead': [Paging & { endpoint?: string }, Page<DeadWebhook>];
  'POST /server/webhooks/dead/{id}/replay': [{ id: string }, undefined];
  'DELETE /server/webhooks/dead/{id}': [{ id: string }, undefined];
}

/** Arguments of a call. The input is optional if it has no required field. */
export type Input<I> = Nothing extends I ? [input?: I] : [input: I];
type Nothing = Record<never, never>;

/** A user or group: its external id as a string, or Parley's id as a number. */
export type Ref = string | number;

type OfUser = { user: Ref };
type OfGroup = { group: Ref };
/** A chat of a user. `chat` is Parley's id of the other user or of the group. */
type OfChat = OfUser & { chat: number };
type OfMessage = OfChat & { message: number };

/** A message to send. */
export interface NewMessage {
  /** Sender of the message: `system`, or a user, who must be allowed to write to the receiver. */
  from: 'system' | Ref;
  /** Receiver: a user by external id, a user or group by Parley's id, or a group by external id. */
  to: Ref | { group: string };
  /**
   * Idempotency key, unique for each message of a sender. A message that is sent again with the
   * same `ref` is delivered only once.
   */
  ref: string;
  body: Body;
  replyTo?: number;
  mentions?: number[];
  /** Data of the app. */
  custom?: Custom;
  /** True if the message causes no push notification. */
  silent?: true;
}

/** A message to many receivers. `ref` and receiver together are the idempotency key. */
export interface ManyMessage extends Omit<NewMessage, 'to'> {
  to: NewMessage['to'][];
}

/** A job, which sends a message to many receivers in the background. */
export interface Job {
  id: number;
  state: 'waiting' | 'running' | 'done' | 'canceled';
  /** All receivers. */
  total: number;
  /** Number of receivers that the job has processed, including failed ones. */
  done: number;
  /** Number of receivers that did not get the message. */
  failed: number;
  /**
   * Errors of about the first hundred failed receivers. `to` is the receiver as in the request, or
   * their id.
   */
  errors: { to: NewMessage['to']; code: ErrorCode; message: string }[];
  /** Unix ms. */
  created: number;
  updated: number;
}

/** A line of an import. Users and groups are identified as in other calls. */
export type ImportLine =
  | {
      type: 'message';
      /** Id of the message in the other system, unique for each sender. */
      id: string;
      from: 'system' | Ref;
      to: NewMessage['to'];
      /** Time at which the message was sent, in Unix ms. */
      date: number;
      body: Body;
      custom?: Custom;
      mentions?: Ref[];
      /**
       * The message that this message replies to: id and date of an earlier message of the chat.
       */
      replyTo?: { id: string; date: number };
    }
  /** Marks all messages of a chat up to this date as read by the user. */
  | { type: 'read'; user: Ref; chat: NewMessage['to']; date: number }
  /**
   * Sets the date on which the user joined the group. The user sees the group's messages since that
   * date, and they count as unread.
   */
  | { type: 'member'; group: Ref; user: Ref; joined: number };

/** An import of history, with its progress. */
export interface Import {
  id: number;
  state: 'running' | 'done' | 'interrupted';
  /** Number of lines that were processed, including skipped ones. */
  lines: number;
  /** Number of messages that the import has created. */
  imported: number;
  /** Number of messages that had already been imported. */
  duplicates: number;
  /** Number of lines that were refused. */
  failed: number;
  /** Errors of the first hundred refused lines. */
  errors: { line: number; code: ErrorCode; message: string }[];
  /** Unix ms. */
  created: number;
  updated: number;
}

/** A message that the server has accepted. */
export interface Accepted {
  id: number;
  conversation: string;
  /** Unix ms. */
  date: number;
  /**
   * True if a device of another participant was connected. Always false if the recipient hides
   * their presence from the sender.
   */
  online: boolean;
  /** True if a message of this sender with this `ref` had already been sent. */
  duplicate: boolean;
}

/** A user as the server API returns it. */
export interface ServerUser extends User {
  externalId: string | null;
  /** Unix ms. */
  created: number;
  /** Time at which the user was deactivated, in Unix ms. Null for an active user. */
  deactivated: number | null;
}

/** A group as the server API returns it. */
export interface ServerGroup extends Omit<Group, 'role'> {
  externalId: string | null;
  /**
   * Number of days after which messages are removed. 0: never. Null: the setting of the
   * installation applies.
   */
  retention: number | null;
}

/** A session as the server API returns it. */
export type ServerSession = Omit<SignIn, 'current'>;

/** The number of a user's connections to one gateway. */
export interface UserConnections {
  gateway: string;
  connections: number;
}

/** The state of a user's inbox. */
export interface InboxState {
  /**
   * Time at which the inbox got its present epoch, in Unix ms. Devices with an older cursor may
   * have to reload.
   */
  began: number;
  /** Number of events in the inbox. */
  events: number;
  /** Offset of the newest event. */
  last: number;
  devices: {
    device: string;
    /** Number of unacknowledged events. Null if the cursor of the device is of an older epoch. */
    behind: number | null;
    /** Time of the last acknowledgement in Unix ms, exact to four hours. Null if unknown. */
    acknowledged: number | null;
  }[];
}

/** A browser or phone that receives push notifications. */
export interface PushDevice {
  kind: 'web' | 'fcm' | 'apns';
  /** Bundle id of the app. APNs only. */
  app: string | null;
  /** With APNs. */
  environment: 'production' | 'sandbox' | null;
  language: string;
  /** True if messages in groups cause a notification only if they mention the user. */
  mentionsOnly: boolean;
  /** True if notifications do not contain the text of messages. */
  hideText: boolean;
  /** Id of the session. Null if an external issuer created the session. */
  session: string | null;
  /** Unix ms. */
  created: number;
  /** Time of the last registration, in Unix ms. */
  seen: number;
}

/** An invitation that allows users to create accounts. */
export interface Invitation {
  code: string;
  note: string;
  /** Number of accounts that can still be created with the invitation. */
  uses: number;
  used: number;
  created: number;
  /** Expiry of the invitation, in Unix ms. Null: it does not expire. */
  expires: number | null;
}

/** A report of a user, a group or a message, as moderators see it. */
export interface ServerReport extends Omit<Report, 'message'> {
  /** Id of the user who sent the report. */
  reporter: number;
  /** The reported message, with its content at the time of the report. */
  message: Message | null;
  /** Note of the moderators. */
  note: string;
  /** Unix ms. */
  updated: number;
}

/** A legal hold on a user or group, whose deleted and changed messages are preserved. */
export interface LegalHold {
  /** Parley's id of the user or group. */
  id: number;
  kind: 'user' | 'group';
  externalId: string | null;
  reason: string;
  /** Name of the API key that created the hold. */
  by: string;
  /** Unix ms. */
  created: number;
}

/** A version of a message that was deleted or changed during a legal hold. */
export interface PreservedMessage {
  id: number;
  /** Whose copy of the chat contained the message: a user, or the group. */
  owner: number;
  /** The other user, or the group. */
  peer: number;
  /** Id of the message. */
  message: number;
  /** Sender of the message. */
  from: number;
  /** Time at which the message was sent, in Unix ms. */
  date: number;
  replyTo: number | null;
  /** Time at which this version was written by an edit, in Unix ms. Null: not edited before. */
  edited: number | null;
  body: ReceivedBody;
  custom?: Custom;
  /** `changed`: by an edit or a recall. */
  cause: 'deleted' | 'changed';
  /** Time at which the message was deleted or changed, in Unix ms. */
  preserved: number;
  /** Where the media store has the file of the message. Null if it contains none. */
  storageKey: string | null;
}

/** The progress of the retention and of the deletion of accounts. All times are in Unix ms. */
export interface Removals {
  retention: {
    /** Time at which the present run began. Null if none is in progress. */
    started: number | null;
    /** Number of messages that the present or last run has removed. */
    removed: number;
    /** Time at which the last complete run ended. Null if none has. */
    finished: number | null;
    /** Time at which the next run begins. Null if one is in progress. */
    next: number | null;
  };
  erasures: {
    /** Number of deleted accounts whose data are not all deleted yet. */
    waiting: number;
    /** Time at which the oldest of these accounts was deleted. */
    oldest: number | null;
  };
  /** Number of messages that legal holds have preserved, estimated by PostgreSQL. */
  preservedMessages: number;
}

/** A webhook endpoint and the state of its queue. */
export interface WebhookEndpoint {
  endpoint: string;
  url: string;
  events: ('message' | 'friend' | 'group' | 'presence' | 'report')[];
  /** Number of queued events. */
  waiting: number;
  /** Number of events whose delivery has failed permanently. */
  dead: number;
}

/** A webhook event whose delivery has failed permanently. */
export interface DeadWebhook {
  id: string;
  endpoint: string;
  attempts: number;
  /** Error of the last delivery attempt. */
  error: string;
  /** Unix ms. */
  died: number;
  event: { id: string; type: string; date: number; data: Record<string, unknown> };
}

/** A page of a list. `next` is the value of `after` for the next page, null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Selects a page of a list. `limit` is the number of items, at most 200. */
export interface Paging {
  limit?: number;
  after?: string;
}

/** The users that the items of a page refer to. Each user is listed once. */
interface Named {
  users: BriefUser[];
}

type UserFields = Partial<Pick<User, 'username' | 'name' | 'avatar' | 'sign'>> & {
  /** Data of the app. Null removes the data. */
  custom?: Custom | null;
};

type GroupFields = Pick<Group, 'name'> &
  Partial<Pick<Group, 'description' | 'avatar' | 'history' | 'slowMode' | 'visibility' | 'maxMembers'>> & {
    owner: Ref;
    /**
     * Number of days after which messages are removed. 0: never. Null: the setting of the
     * installation applies.
     */
    retention?: number | null;
    /** Whole list of members. Default: the members do not change. */
    members?: Ref[];
    /** Data of the app. Null removes the data. */
    custom?: Custom | null;
  };
