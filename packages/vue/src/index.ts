export { parleyPlugin, provideParley, useParley } from './provider.ts';
export { type ChatsRefs, useChats } from './use-chats.ts';
export { type MessagesRefs, useMessages } from './use-messages.ts';
