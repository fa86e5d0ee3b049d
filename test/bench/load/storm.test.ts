import { expect, it } from 'vitest';
import type { Chat, ChatUser } from './chat.ts';
import { storm } from './storm.ts';

const users = Array.from({ length: 4 }, (_, id): ChatUser => ({ id, token: '', peer: 0, port: 0 }));
const chat: Chat = { send() {}, close() {} };

it('a storm connects all clients; refused clients retry after Retry-After', async () => {
  const refused = new Set<number>();
  const open = async ({ id }: ChatUser): Promise<Chat> => {
    if (id === 0 || refused.has(id)) return chat;
    refused.add(id);
    throw new Error('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n');
  };
  const { chats, outcome } = await storm(open, users, () => {});
  expect(chats).toHaveLength(4);
  expect(outcome).toMatchObject({ first: 1, refused: 3, attempts: 7, waits: [1] });
  expect(outcome.seconds).toBeGreaterThan(1);
});

it.each(['HTTP/1.1 503 Service Unavailable\r\n\r\n', 'HTTP/1.1 401 Unauthorized\r\nRetry-After: 1\r\n\r\n'])(
  'a storm fails if a refusal has no Retry-After: %j',
  async (answer) => {
    await expect(
      storm(
        async () => Promise.reject(new Error(answer)),
        users,
        () => {},
      ),
    ).rejects.toThrow('HTTP/1.1');
  },
);
