export type { Chats } from './chats-view.ts';
export type { Composer } from './composer-view.ts';
export type { Connection } from './connection-view.ts';
export type { Messages } from './messages-view.ts';
export type { Presence, PresenceMap } from './presence-view.ts';
export type { TypingUser } from './typing-view.ts';
export type { UploadItem, UploadSendOptions, Uploads } from './uploads-view.ts';
export type { View } from './view.ts';
export { Views, viewsOf } from './views.ts';
