/** A request of a gateway or an api to a recorder, usually for a copy that Redis lacks. */
export type Request = RebuildRequest | ExternalRequest | FactsRequest | RefsRequest | PinsRequest | RecordsRequest;

/** Requests a copy of the permits of this user or group in Redis. */
export interface RebuildRequest {
  kind: 'rebuild';
  id: number;
}

/** Requests a copy in Redis of the user with this external id. */
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

/** Requests a copy in Redis of the pinned messages of a conversation. */
export interface PinsRequest {
  kind: 'pins';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
}

/** Requests a copy in Redis of the sender of this message of a user's chat. */
export interface FactsRequest {
  kind: 'facts';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  id: number;
}

/**
 * Requests that the records in the bucket are written now, because a request of a user waits for
 * them.
 */
export interface RecordsRequest {
  kind: 'records';
}
