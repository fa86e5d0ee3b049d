/** A request that a gateway or an api sends to a recorder, usually for a copy that Redis lacks. */
export type Request = RebuildRequest | ExternalRequest | FactsRequest | RefsRequest | PinsRequest | RecordsRequest;

/** Requests a copy of the permits of a user or group in Redis. */
export interface RebuildRequest {
  kind: 'rebuild';
  id: number;
}

/** Requests a copy in Redis of the user with an external id. */
export interface ExternalRequest {
  kind: 'external';
  external: string;
}

/** Requests a copy in Redis of the refs of a user's messages in a chat. */
export interface RefsRequest {
  kind: 'refs';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
}

/** Requests a copy in Redis of the ids of a conversation's pinned messages. */
export interface PinsRequest {
  kind: 'pins';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
}

/**
 * Requests a copy in Redis of the facts about a message: its sender, and whether it was recalled.
 */
export interface FactsRequest {
  kind: 'facts';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  id: number;
}

/**
 * Requests that the recorder writes the records of the bucket at once, because a user's request
 * waits for them.
 */
export interface RecordsRequest {
  kind: 'records';
}
