export type {
  Body,
  Draft,
  FoundGroup,
  FriendGroup,
  GroupInvitation,
  InvitationPreview,
  JoinRequest,
  LinkPreview,
  Media,
  Message,
  NoticeBody,
  ParleyEvent,
  Privacy,
  QuietHours,
  ReceivedBody,
  Role,
  SignIn,
} from '@parley/protocol';
export type { ParleyEvents } from './announcer.ts';
export type { SavedSession, TokenSource } from './api/credentials.ts';
export type { Answer, Fetch, FetchInit, FetchLike, FetchResponse, Init } from './api/fetch.ts';
export type {
  Account,
  AccountSettings,
  Api,
  Hit,
  ListedPushDevice,
  MediaUrl,
  MessageQuery,
  NewReport,
  Operations,
  Page,
  Paging,
  PushDevice,
  PushTarget,
  Remains,
  ServerInfo,
  SignInAccount,
} from './api/operations.ts';
export type { Backoff } from './connection/backoff.ts';
export type { ConnectionState } from './connection/transitions.ts';
export { ParleyError } from './error.ts';
export type { ChatMessage, MessageState } from './message.ts';
export type { MessageStream, StreamEnd } from './message-stream.ts';
export type { ParleyOptions, TabsOptions } from './options.ts';
export type {
  Block,
  BriefUser,
  Chat,
  ChatCustom,
  Friend,
  FriendRequest,
  Group,
  GroupCustom,
  Member,
  MessageCustom,
  ParleyTypes,
  Session,
  User,
  UserCustom,
} from './own-types.ts';
export { Parley, type SendOptions } from './parley.ts';
export type { Accepted, Failure, Status, StorageStatus } from './state/change.ts';
export { indexedDbStore } from './store/indexed-db-store.ts';
export { memoryStore } from './store/memory-store.ts';
export type { Store } from './store/store.ts';
export type { Locks, Signal } from './tabs/locks.ts';
export type { Channel } from './tabs/tabs.ts';
export type { TransportName } from './transport/transport.ts';
export type { WebSocketLike } from './transport/websocket.ts';
