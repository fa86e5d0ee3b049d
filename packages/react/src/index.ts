export { useChats, useMessages } from './hooks.ts';
export { ParleyProvider, useParley } from './provider.ts';
