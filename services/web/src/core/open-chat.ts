import type { Parley } from '@parley/client';
import type { Chat } from '@parley/protocol';

/**
 * Opens a chat on the server and loads it into the SDK. Does not load it if the user deletes the
 * chat during the request, for example on another device, because that would put the chat back into
 * the list.
 *
 * @throws ParleyError
 */
export async function openChat(parley: Parley, id: number): Promise<Chat> {
  let isDeleted = false;
  const off = parley.on('event', (event) => {
    if (event.kind === 'chat' && event.change === 'deleted' && event.chat === id) isDeleted = true;
  });
  try {
    const chat = await parley.api('PUT /chats/{id}', { id });
    if (!isDeleted) await parley.load(chat);
    return chat;
  } finally {
    off();
  }
}
