/** What a gateway or an api needs from a recorder: mostly a copy that Redis lacks. */
export type Request = RebuildRequest | ExternalRequest | FactsRequest | RefsRequest | PinsRequest | RecordsRequest;

/** Copy the permits of this user or group to Redis. */
export interface RebuildRequest {
  kind: 'rebuild';
  id: number;
}

/** Copy to Redis which user has this external id. */
export interface ExternalRequest {
  kind: 'external';
  external: string;
}

/** Copy to Redis the refs of a user's messages in a chat. */
export interface RefsRequest {
  kind: 'refs';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
}

/** Copy to Redis which messages of a conversation are pinned. */
export interface PinsRequest {
  kind: 'pins';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
}

/** Copy to Redis who sent this message of a user's chat. */
export interface FactsRequest {
  kind: 'facts';
  conversation: string;
  user: number;
  chat: number;
  group: boolean;
  id: number;
}

/** Write the records that are in the bucket now, since somebody waits for them. */
export interface RecordsRequest {
  kind: 'records';
}
