export type { Chats } from './chats-view.ts';
export type { Connection } from './connection-view.ts';
export type { Messages } from './messages-view.ts';
export type { View } from './view.ts';
export { Views, viewsOf } from './views.ts';
