export {
  useChats,
  useComposer,
  useConnection,
  useMessages,
  usePresence,
  useTyping,
  useUploads,
} from './hooks.ts';
export { ParleyProvider, useParley } from './provider.ts';
