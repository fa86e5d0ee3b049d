import { Parley } from '@parley/client';
import { shallowRef } from 'vue';

export const parley = new Parley({ api: location.origin });

/** The state of the connection. */
export const status = shallowRef(parley.status);
parley.on('status', (value) => {
  status.value = value;
});

/** Returns the messages of a chat as a ref that is updated when they change. */
export function useMessages(chat: number) {
  const messages = shallowRef(parley.messages(chat));
  parley.on('change', () => {
    messages.value = parley.messages(chat);
  });
  return messages;
}
