/** A batch of message history that is imported from another system. */
export interface Imports {
  messages: readonly ImportedMessage[];
  marks: readonly ImportedMark[];
  members: readonly ImportedMember[];
}

/** Outcome of importing a batch: numbers of messages, and the rejected messages. */
export interface Imported {
  imported: number;
  duplicates: number;
  /** Messages that were not imported because all ids of their date are in use in this chat. */
  refused: ImportedMessage[];
}

/** A message to import, with the date on which it was originally sent. */
export interface ImportedMessage {
  from: number;
  to: number;
  group: boolean;
  /** Unix ms. */
  date: number;
  /** Id of the message in the other system. */
  ref: string;
  /** JSON text. */
  body: string;
  /** JSON text. */
  custom: string | null;
  mentions: number[] | null;
  /** The message that this one replies to, by its ref and date. Both are in the same chat. */
  replyTo: { ref: string; date: number } | null;
}

/** The date up to which a user has read a chat. */
export interface ImportedMark {
  user: number;
  chat: number;
  group: boolean;
  /** Unix ms. */
  date: number;
}

/** The date since which a user is a member of a group. */
export interface ImportedMember {
  group: number;
  user: number;
  /** Unix ms. */
  joined: number;
}
