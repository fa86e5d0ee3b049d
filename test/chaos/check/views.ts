import type { Chat } from '@parley/protocol';
import type { Device } from '../people/device.ts';
import { copyKey, type Evidence } from './evidence.ts';

/**
 * Compares the chats on a device with those of the api: unread counts, marks, last messages, and
 * the newest messages of each chat. Returns the differences. Marks may still be in flight right
 * after a run.
 */
export async function compareView(device: Device, copies: Evidence['copies']): Promise<string[]> {
  const { items } = await device.client.api('GET /chats', { limit: 200 });
  const shown = new Map(device.chats().map((chat) => [chat.chat, chat]));
  return items.flatMap((chat) => {
    const mine = shown.get(chat.chat);
    if (!mine) return [`${device.name} of ${device.user} does not show the chat ${chat.chat}`];
    const key = chat.type === 'group' ? copyKey(chat.chat, chat.chat) : copyKey(device.user, chat.chat);
    return [...compareChat(mine, chat), ...compareMessages(device, chat.chat, copies.get(key) ?? [])].map(
      (what) => `${device.name} of ${device.user} in chat ${chat.chat}: ${what}`,
    );
  });
}

function compareChat(shown: Chat, recorded: Chat): string[] {
  const differences: string[] = [];
  const compare = (what: string, a: unknown, b: unknown) => {
    if (a !== b) differences.push(`${what} is ${a}, recorded ${b}`);
  };
  compare('unread', shown.unread, recorded.unread);
  compare('read', shown.read, recorded.read);
  compare('peerRead', shown.peerRead, recorded.peerRead);
  compare('last', shown.last?.id, recorded.last?.id);
  compare('last was taken back', shown.last?.body === null, recorded.last?.body === null);
  return differences;
}

function compareMessages(device: Device, chat: number, rows: readonly { id: number; recalled: boolean }[]): string[] {
  const shown = device.client.messages(chat).filter(({ id }) => id !== undefined);
  const recorded = rows.slice(-Math.max(1, shown.length));
  if (shown.length > 0 && shown.map(({ id }) => id).join() !== recorded.map(({ id }) => id).join())
    return [
      `shows ${shown.length} messages up to ${shown.at(-1)?.id}, the last recorded ones end with ${recorded.at(-1)?.id}`,
    ];
  return shown.flatMap(({ id, body }, index) =>
    (body === null) === recorded[index]?.recalled
      ? []
      : [`${id} is ${body === null ? '' : 'not '}taken back here alone`],
  );
}
