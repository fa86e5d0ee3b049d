/**
 * An entry of a record stream (a Redis stream): a message or change that a gateway or an api has
 * accepted and that the recorder writes to PostgreSQL.
 */
export type Entry = MessageEntry | MarkEntry | ChangeEntry | PinEntry | HideEntry;

/**
 * A new message. The recorder inserts it into both users' copies of the conversation, or into the
 * group's single copy.
 */
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
  /** True if the message was sent without a push notification. */
  silent: boolean;
  /**
   * True if the message is streamed: its text is not complete. An edit with the final content
   * follows.
   */
  streaming: boolean;
}

/** Marks all messages of the conversation with `chat` up to an id as received or read by `user`. */
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
  /** True if `read` is hidden from the peer. */
  private: boolean;
}

/** Pins or unpins a message in the conversation of `user` with `chat`. */
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

/** Deletes messages from the copy that `user` has of the conversation with `chat`. */
export interface HideEntry {
  kind: 'hide';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  ids: number[];
}

/** A recall, edit or reaction by `user` that changes a message in the conversation with `chat`. */
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
  /**
   * True if the body is the final content of a streamed message. Clients do not show this message
   * as edited.
   */
  streamed: boolean;
  /**
   * True if this is the final content of a streamed message that was sent without a push
   * notification.
   */
  silent: boolean;
}

interface RecallChange {
  kind: 'recall';
  /**
   * True if the owner or an admin of the group recalls the message. They can recall any member's
   * message.
   */
  moderated: boolean;
}
