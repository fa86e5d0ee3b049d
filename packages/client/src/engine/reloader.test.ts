import { expect, it, vi } from 'vitest';
import type { Api } from '../api/operations.ts';
import { createState } from '../state/state.ts';
import type { EngineContext } from './context.ts';
import { Reloader } from './reloader.ts';

/**
 * Creates a reloader whose api fails the given number of times, and records what happens in order.
 */
function withApi(failures: number, outbox: EngineContext['state']['outbox']) {
  const state = { ...createState(5, 50), outbox };
  const log: string[] = [];
  const api = (async (operation: string) => {
    if (operation === 'GET /chats' && failures-- > 0) throw new Error('away');
    log.push(operation);
    return { items: [], more: false };
  }) as unknown as Api;
  const change = () => {
    state.chatsLoaded = true;
  };
  const context = { state, api, keep: 50, change, failed: () => log.push('failed'), backoff: { first: 1, most: 1 } };
  return { reloader: new Reloader(context as unknown as EngineContext, () => log.push('ready')), log };
}

it('messages of the outbox wait until a reload succeeds', async () => {
  const entry = { ref: 'r', chat: 7, body: { type: 'text' as const, text: 'hi' }, date: 1 };
  const { reloader, log } = withApi(6, [entry]);
  reloader.start();
  await vi.waitFor(() => expect(log).toContain('ready'));
  expect(log).toEqual([...Array(6).fill('failed'), 'GET /chats', 'GET /chats/{id}/messages', 'ready']);
});

it('new messages are sent during a reload if the outbox is empty', async () => {
  const { reloader, log } = withApi(1, []);
  reloader.start();
  expect(log).toEqual(['ready']);
  await vi.waitFor(() => expect(log).toContain('GET /chats'));
  reloader.stop();
});
