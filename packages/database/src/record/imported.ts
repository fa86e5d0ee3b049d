/** A batch of an import. */
export interface Imports {
  messages: readonly ImportedMessage[];
  marks: readonly ImportedMark[];
  members: readonly ImportedMember[];
}

/** What became of imported messages. */
export interface Imported {
  imported: number;
  duplicates: number;
  /** Messages for whose date the chat has no id left. */
  refused: ImportedMessage[];
}

/** A message with the date that it was sent at. */
export interface ImportedMessage {
  from: number;
  to: number;
  group: boolean;
  /** Unix ms. */
  date: number;
  /** Its id in the system that it comes from. */
  ref: string;
  /** JSON text. */
  body: string;
  /** JSON text. */
  custom: string | null;
  mentions: number[] | null;
  /** The ref and date of another message of the chat. */
  replyTo: { ref: string; date: number } | null;
}

/** How far a user has read a chat. */
export interface ImportedMark {
  user: number;
  chat: number;
  group: boolean;
  /** Unix ms. */
  date: number;
}

/** Since when a user is a member of a group. */
export interface ImportedMember {
  group: number;
  user: number;
  /** Unix ms. */
  joined: number;
}
