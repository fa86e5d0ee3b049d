/**
 * An entry of a record stream: a gateway or an api has accepted it, and the recorder writes it to
 * PostgreSQL.
 */
export type Entry = MessageEntry | MarkEntry | ChangeEntry | PinEntry | HideEntry;

/** A message that is inserted into both owners' copies, or into that of the group. */
export interface MessageEntry {
  kind: 'message';
  id: number;
  conversation: string;
  from: number;
  to: number;
  /** Whether `to` is a group. */
  group: boolean;
  /** JSON text. */
  body: string;
  ref: string | null;
  replyTo: number | null;
  mentions: number[] | null;
  /** JSON text. */
  custom: string | null;
  /** True if it was sent without a push notification. */
  silent: boolean;
  /** True if its text grows. An edit with the final content follows. */
  streaming: boolean;
}

/** Marks messages up to an id as received or read by a user, in the conversation with `chat`. */
export interface MarkEntry {
  kind: 'mark';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  /** 0: unchanged. */
  delivered: number;
  /** 0: unchanged. */
  read: number;
  /** True if the peer must not see `read`. */
  private: boolean;
}

/** Pins or unpins a message of the conversation with `chat`, by `user`. */
export interface PinEntry {
  kind: 'pin';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  id: number;
  date: number;
  active: boolean;
}

/** Deletes messages from the copy of `user` of the conversation with `chat`. */
export interface HideEntry {
  kind: 'hide';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  ids: number[];
}

/** A recall, edit or reaction by `user` to a message in the conversation with `chat`. */
export type ChangeEntry = Change & { conversation: string; chat: number; group: boolean };

export type Change = { id: number; user: number; date: number } & (
  | RecallChange
  | EditChange
  | { kind: 'react'; emoji: string; active: boolean }
);

export interface EditChange {
  kind: 'edit';
  /** JSON text. */
  body: string;
  /** JSON text. */
  custom: string | null;
  /** True for the final content of a streamed message, which is not shown as edited. */
  streamed: boolean;
  /**
   * For the final content of a streamed message: true if the message was sent without a push
   * notification.
   */
  silent: boolean;
}

interface RecallChange {
  kind: 'recall';
  /** True for a recall by the owner or an admin of the group, who may recall any message. */
  moderated: boolean;
}
