export type {
  Block,
  Body,
  Chat,
  Friend,
  FriendGroup,
  FriendRequest,
  Media,
  Message,
  ParleyEvent,
  Role,
  Session,
  SignIn,
  User,
} from '@parley/protocol';
export type { ParleyEvents } from './announce.ts';
export type { Answer, Init } from './api/api.ts';
export type { SavedSession, TokenSource } from './api/credentials.ts';
export type {
  Account,
  Api,
  Group,
  Hit,
  MediaUrl,
  Member,
  MessageQuery,
  Operations,
  Page,
  Paging,
  PushTarget,
  Remains,
} from './api/operations.ts';
export { ParleyError } from './error.ts';
export type { Backoff } from './link/backoff.ts';
export type { LinkState } from './link/machine.ts';
export type { ChatMessage, MessageState } from './message.ts';
export type { ParleyOptions, TabsParts } from './options.ts';
export { Parley, type SendOptions } from './parley.ts';
export type { Failure, Status, StorageStatus, TransportName } from './state/change.ts';
export type { Accepted } from './state/state.ts';
export { indexedDbStore } from './store/indexed-db-store.ts';
export { memoryStore } from './store/memory-store.ts';
export type { Store } from './store/store.ts';
export type { Locks, Signal } from './tabs/locks.ts';
export type { Channel } from './tabs/tabs.ts';
export type { WebSocketLike } from './transport/websocket.ts';
