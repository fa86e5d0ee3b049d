import type { Parley } from '@parley/client';
import type { Message } from '@parley/protocol';
import { onSignOut } from '../../core/sign-out.ts';

const known = new Map<string, Promise<Message | undefined>>();
onSignOut(() => known.clear());

/** A message that another answers and that is not at hand; undefined when it is not there, or cannot be had now. */
export function quoted(parley: Parley, chat: number, id: number): Promise<Message | undefined> {
  const key = `${chat}:${id}`;
  const asked = known.get(key) ?? ask(parley, chat, id);
  known.set(key, asked);
  return asked.catch(() => {
    known.delete(key);
    return undefined;
  });
}

async function ask(parley: Parley, chat: number, id: number): Promise<Message | undefined> {
  const { items } = await parley.api('GET /chats/{id}/messages', { id: chat, around: id, limit: 1 });
  return items.find((message) => message.id === id);
}
