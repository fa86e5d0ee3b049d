import type { ChatMessage, Parley } from '@parley/client';

/**
 * Adds a listener for complete messages that arrive. For a streamed message, it is called when the
 * text is complete. Returns a function that removes it.
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
