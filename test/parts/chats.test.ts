import type { Chats } from '@parley/client/views';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mounted } from './framework.ts';
import { frameworks } from './frameworks.ts';
import { countListeners, PartsKit, type User } from './kit.ts';
import { vue } from './vue.ts';

let kit: PartsKit;
beforeAll(async () => {
  kit = await PartsKit.start();
}, 120_000);
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const names = (value: Chats | undefined) => value?.chats.map(({ name }) => name);
const nameOf = (client: User) => client.session?.user.name ?? '';

const lists = (page: Mounted<'useChats'>, expected: string[]) =>
  waitFor(() => JSON.stringify(names(page.value)) === JSON.stringify(expected), {
    message: () => `lists ${JSON.stringify(page.value)}`,
  });

describe.each(frameworks)('chats in %s', (_, framework) => {
  it('useChats lists chats with names, the latest message first, and with their number of unread messages', async () => {
    const [alice, bob] = await kit.friends();
    const carol = await kit.register();
    await kit.befriend(alice, carol);
    await carol.connect();
    const page = framework.mount(alice, 'useChats', undefined);
    await waitFor(() => page.value?.loaded);
    await bob.send(alice.user, 'one');
    await carol.send(alice.user, 'two');
    await lists(page, [nameOf(carol), nameOf(bob)]);
    await bob.send(alice.user, 'three');
    await lists(page, [nameOf(bob), nameOf(carol)]);
    await waitFor(() => page.value.chats[0]?.unread === 2);
    const [, carols] = page.value.chats;
    alice.read(bob.user);
    await waitFor(() => page.value.chats[0]?.unread === 0);
    expect(page.value.chats[1]).toBe(carols);
    expect(page.value).toMatchObject({ loaded: true, hasMore: false, loading: false, error: undefined });
    page.unmount();
  });

  it('useChats updates after changes that are not messages: new groups, their names, and settings from other devices', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useChats', undefined);
    const { id } = await bob.api('POST /groups', { name: 'Cyclists', members: [alice.user] });
    await lists(page, ['Cyclists']);
    await bob.api('PATCH /groups/{id}', { id, name: 'Runners' });
    await lists(page, ['Runners']);
    await alice.api('PATCH /chats/{id}', { id, muted: true });
    await waitFor(() => page.value.chats[0]?.muted);
    page.unmount();
  });

  it('useChats keeps its value while older messages of a chat are loaded', async () => {
    const [alice, bob] = await kit.friends();
    await kit.write(bob, alice, ['one', 'two']);
    const page = framework.mount(alice, 'useChats', undefined);
    await lists(page, [nameOf(bob)]);
    await waitFor(() => page.value.loaded);
    const before = page.value;
    await alice.loadOlder(bob.user);
    // A change that the component renders follows the one that it must not render.
    await bob.send(alice.user, 'three');
    await waitFor(() => page.value.chats[0]?.unread === 3);
    const after = page.renders.slice(page.renders.lastIndexOf(before) + 1);
    expect(after.every(({ chats }) => chats[0]?.unread === 3)).toBe(true);
    page.unmount();
  });

  it('useChats is empty after sign-out, and removes its listeners when the component unmounts', async () => {
    const [alice, bob] = await kit.friends();
    const listeners = countListeners(alice);
    const page = framework.mount(alice, 'useChats', undefined);
    await bob.send(alice.user, 'hello');
    await lists(page, [nameOf(bob)]);
    await alice.signOut();
    await lists(page, []);
    expect(page.value.loaded).toBe(false);
    page.unmount();
    await waitFor(() => listeners() === 0);
  });
});

it('useChats loads the chats beyond the newest 100 on demand', async () => {
  const alice = await kit.register();
  const created = Array.from({ length: 102 }, (_, i) => alice.api('POST /groups', { name: `g${i}`, members: [] }));
  await Promise.all(created);
  await alice.connect();
  const page = vue.mount(alice, 'useChats', undefined);
  await waitFor(() => page.value.loaded);
  expect(page.value.hasMore).toBe(true);
  // A late event of a new group adds its chat to the newest 100.
  expect([100, 101]).toContain(page.value.chats.length);
  await page.value.loadMore();
  await waitFor(() => page.value.chats.length === 102);
  expect(page.value).toMatchObject({ hasMore: false, loading: false });
  page.unmount();
});
