export { parleyPlugin, provideParley, useParley } from './provider.ts';
export { type ChatsRefs, useChats } from './use-chats.ts';
export { type ComposerRefs, useComposer } from './use-composer.ts';
export { useConnection } from './use-connection.ts';
export { type MessagesRefs, useMessages } from './use-messages.ts';
export { usePresence, useTyping } from './use-people.ts';
export { type UploadsRefs, useUploads } from './use-uploads.ts';
