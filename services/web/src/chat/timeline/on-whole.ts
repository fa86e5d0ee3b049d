import type { ChatMessage, Parley } from '@parley/client';

/**
 * Calls `listener` with each message that arrives. For a streamed message, calls it only when the
 * whole text has arrived. Returns a function that removes the listener.
 */
export function onWhole(parley: Parley, listener: (message: ChatMessage) => void): () => void {
  const off = [
    parley.on('message', (message) => {
      if (!message.streaming) listener(message);
    }),
    parley.on('event', (event) => {
      if (event.kind !== 'edit' || event.streaming !== false) return;
      const message = parley.messages(event.chat).find(({ id }) => id === event.id);
      if (message) listener(message);
    }),
  ];
  return () => {
    for (const end of off) end();
  };
}
