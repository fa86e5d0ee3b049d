import type { Chat, Message } from '@parley/protocol';
import type { Device } from '../people/device.ts';
import { tailOf } from '../people/ledger.ts';
import { copyKey, type Evidence } from './evidence.ts';

/**
 * Compares the chats that a device shows with those that the api returns: unread counts, marks,
 * last messages and the newest messages of each chat. Returns the differences. Right after a run,
 * differences are possible, because marks can still be in flight.
 */
export async function compareView(
  device: Device,
  copies: Evidence['copies'],
  hidden: Evidence['hidden'],
): Promise<string[]> {
  const { items } = await device.client.api('GET /chats', { limit: 200 });
  const shown = new Map(device.chats().map((chat) => [chat.chat, chat]));
  const differences: string[] = [];
  for (const chat of items) {
    const note = (what: string[]) =>
      differences.push(...what.map((each) => `${device.name} of ${device.user} in chat ${chat.chat}: ${each}`));
    const mine = shown.get(chat.chat);
    if (!mine) {
      note(['is not shown']);
      continue;
    }
    const key = chat.type === 'group' ? copyKey(chat.chat, chat.chat) : copyKey(device.user, chat.chat);
    const gone = hidden.get(copyKey(device.user, chat.chat));
    const rows = (copies.get(key) ?? []).filter(({ id }) => !gone?.has(id));
    note([
      ...compareChat(mine, chat),
      ...compareIds(device, chat.chat, rows),
      ...(await compareContent(device, chat.chat)),
    ]);
  }
  return differences;
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

function compareIds(device: Device, chat: number, rows: readonly { id: number }[]): string[] {
  const shown = device.client.messages(chat).filter(({ id }) => id !== undefined);
  const recorded = rows.slice(-Math.max(1, shown.length));
  if (shown.length === 0 || shown.map(({ id }) => id).join() === recorded.map(({ id }) => id).join()) return [];
  return [
    `shows ${shown.length} messages up to ${shown.at(-1)?.id}, the last recorded ones end with ${recorded.at(-1)?.id}`,
  ];
}

/**
 * Compares the texts, pins and reactions of the messages that a device shows with those that the
 * api returns.
 */
async function compareContent({ client, journal }: Device, chat: number): Promise<string[]> {
  const shown = client.messages(chat).filter(({ id }) => id !== undefined);
  if (shown.length === 0) return [];
  const { items } = await client.api('GET /chats/{id}/messages', { id: chat, limit: Math.min(200, shown.length) });
  const recorded = new Map(items.map((message) => [message.id, describe(message)]));
  return shown.flatMap((message) => {
    const mine = describe(message);
    const theirs = recorded.get(message.id as number);
    const changes = journal.changesOf(chat, message.id as number).join(', ');
    return mine === theirs ? [] : [`${message.id} is ${mine}, recorded is ${theirs}, received: ${changes}`];
  });
}

function describe({ body, pinned, reactions = [], streaming }: Content): string {
  const text = body === null ? 'recalled' : body.type === 'text' ? tailOf(body.text) : body.type;
  const fans = reactions.flatMap(({ emoji, users }) => users.map((user) => `${emoji}${user}`)).sort();
  return [text, pinned ? `pinned by ${pinned.user}` : '', fans.join(' '), streaming ? 'streaming' : ''].join('|');
}

type Content = Pick<Message, 'body' | 'pinned' | 'reactions'> & { streaming?: boolean };
