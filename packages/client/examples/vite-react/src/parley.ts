import { type ChatMessage, Parley, type Status } from '@parley/client';
import { useEffect, useState } from 'react';

export const parley = new Parley({ api: location.origin });

/** Returns the messages of a chat, and renders the component again when they change. */
export function useMessages(chat: number): ChatMessage[] {
  const [messages, setMessages] = useState(() => parley.messages(chat));
  useEffect(() => {
    const update = () => setMessages(parley.messages(chat));
    update();
    return parley.on('change', update);
  }, [chat]);
  return messages;
}

/** Returns the state of the connection, and renders the component again when it changes. */
export function useStatus(): Status {
  const [status, setStatus] = useState(parley.status);
  useEffect(() => parley.on('status', setStatus), []);
  return status;
}
