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
  /** Additional fields of the next lists of chats. */
  const pages: { unrecorded?: true }[] = [];
  const changes: (true | undefined)[] = [];
  const api = (async (operation: string) => {
    if (operation === 'GET /chats' && failures-- > 0) throw new Error('away');
    log.push(operation);
    return { items: [], more: false, ...(operation === 'GET /chats' && pages.shift()) };
  }) as unknown as Api;
  const change = ({ type, unrecorded }: { type: string; unrecorded?: true }) => {
    if (type !== 'chats') return;
    state.chatsLoaded = true;
    state.unrecorded = unrecorded === true;
    changes.push(unrecorded);
  };
  const context = { state, api, keep: 50, change, failed: () => log.push('failed'), backoff: { first: 1, most: 1 } };
  return { reloader: new Reloader(context as unknown as EngineContext, () => log.push('ready')), log, pages, changes };
}

it('messages in the outbox wait until a reload has succeeded', async () => {
  const entry = { ref: 'r', chat: 7, body: { type: 'text' as const, text: 'hi' }, date: 1 };
  const { reloader, log } = withApi(6, [entry]);
  reloader.start();
  await vi.waitFor(() => expect(log).toContain('ready'));
  expect(log).toEqual([...Array(6).fill('failed'), 'GET /chats', 'GET /chats/{id}/messages', 'ready']);
});

it('the client repeats a reload until the api returns every accepted message', async () => {
  const { reloader, log, changes, pages } = withApi(0, []);
  pages.push({ unrecorded: true }, { unrecorded: true }, {});
  reloader.start();
  await vi.waitFor(() => expect(changes).toEqual([true, true, undefined]));
  expect(log.filter((entry) => entry === 'GET /chats')).toHaveLength(3);
  expect(log).not.toContain('failed');
});

it('during a reload, the client can send new messages if the outbox was empty', async () => {
  const { reloader, log } = withApi(1, []);
  reloader.start();
  expect(log).toEqual(['ready']);
  await vi.waitFor(() => expect(log).toContain('GET /chats'));
  reloader.stop();
});
