/** What a record stream may ask the recorder to do. */
export type Entry = MessageEntry | MarkEntry | ChangeEntry | FactsEntry | RebuildEntry | ExternalEntry;

/** A message to write into both owners' copies, or a group's. */
export interface MessageEntry {
  kind: 'message';
  id: number;
  conversation: string;
  from: number;
  to: number;
  /** `to` is a group. */
  group: boolean;
  /** JSON text. */
  body: string;
  ref: string | null;
  replyTo: number | null;
  mentions: number[] | null;
}

/** How far a user has received or read the conversation with `chat`. */
export interface MarkEntry {
  kind: 'mark';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  /** 0: says nothing of it. */
  delivered: number;
  /** 0: says nothing of it. */
  read: number;
}

/** A change of one message by a user, in the conversation with `chat`. */
export type ChangeEntry = Change & { conversation: string; chat: number; group: boolean };

export type Change = { id: number; user: number; date: number } & (
  | { kind: 'recall' }
  /** `body` is JSON text. */
  | { kind: 'edit'; body: string }
  | { kind: 'react'; emoji: string; active: boolean }
);

/** A gateway asks who sent a message of a user's chat. */
export interface FactsEntry {
  kind: 'facts';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  id: number;
}

/** The permit copy of this id is missing in Redis. */
export interface RebuildEntry {
  kind: 'rebuild';
  id: number;
}

/** A gateway asks which user has an external id. */
export interface ExternalEntry {
  kind: 'external';
  external: string;
}
