import type { ChatMessage } from '@parley/client';
import type { Messages } from '@parley/client/views';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../client/people.ts';
import type { Mounted } from './framework.ts';
import { frameworks } from './frameworks.ts';
import { countListeners, PartsKit } from './kit.ts';

let kit: PartsKit;
beforeAll(async () => {
  kit = await PartsKit.start();
}, 120_000);
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const texts = (value: Messages | undefined) => value?.messages.map(textOf);
const states = (value: Messages | undefined) => value?.messages.map(({ state }) => state);

/** Waits until a component shows exactly these texts. */
const shows = (page: Mounted<'useMessages'>, expected: string[]) =>
  waitFor(() => JSON.stringify(texts(page.value)) === JSON.stringify(expected), {
    message: () => `shows ${JSON.stringify(page.value)}`,
  });

/** Waits until a component has loaded a chat that is new. */
const settled = (page: Mounted<'useMessages'>) =>
  waitFor(() => page.value && !page.value.loading && !page.value.hasOlder, {
    message: () => `shows ${JSON.stringify(page.value)}`,
  });

describe.each(frameworks)('messages in %s', (_, framework) => {
  it("useMessages shows the user's own message at once, and later its delivery state", async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useMessages', bob.user);
    await settled(page);
    void alice.send(bob.user, 'hello');
    await waitFor(() => states(page.value)?.length === 1);
    const [{ key }] = page.value.messages as [ChatMessage];
    await waitFor(() => states(page.value)?.[0] === 'delivered');
    bob.read(alice.user);
    await waitFor(() => states(page.value)?.[0] === 'read');
    const shown = page.renders.flatMap(({ messages }) => messages.map(({ state }) => state));
    expect([...new Set(shown)]).toEqual(expect.arrayContaining(['sending', 'delivered', 'read']));
    expect(page.value.messages.map((message) => message.key)).toEqual([key]);
    page.unmount();
  });

  it('useMessages shows why a message failed, resends it on retry, and removes it on discard', async () => {
    const [alice, bob] = [await kit.register(), await kit.register()];
    for (const client of [alice, bob]) await client.connect();
    await alice.online();
    const page = framework.mount(alice, 'useMessages', bob.user);
    await settled(page);
    for (const text of ['one', 'two']) alice.send(bob.user, text).catch(() => {});
    await waitFor(() => states(page.value)?.join() === 'failed,failed');
    const [one, two] = page.value.messages as [ChatMessage, ChatMessage];
    expect(one.error).toMatchObject({ code: 'not-friends' });
    two.discard?.();
    await shows(page, ['one']);
    await kit.befriend(alice, bob);
    page.value.messages[0]?.retry?.();
    await waitFor(() => ['sent', 'delivered'].includes(states(page.value)?.[0] ?? ''));
    page.unmount();
  });

  it('useMessages loads the newest messages by itself, and older messages on demand', async () => {
    const [alice, bob] = [await kit.register({ keep: 10 }), await kit.register()];
    await kit.befriend(alice, bob);
    await bob.connect();
    const written = Array.from({ length: 70 }, (_, i) => `m${i}`);
    await kit.write(bob, alice, written);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await waitFor(() => page.value);
    expect(page.value).toMatchObject({ messages: [], hasOlder: false, loading: false });
    await alice.connect();
    await shows(page, written.slice(-50));
    expect(page.value).toMatchObject({ hasOlder: true, loading: false, error: undefined });
    const { length } = page.renders;
    const loading = page.value.loadOlder();
    expect(page.value.loadOlder()).toBe(loading);
    await loading;
    await shows(page, written);
    expect(page.renders.slice(length).some((value) => value.loading)).toBe(true);
    expect(page.value).toMatchObject({ hasOlder: false, loading: false });
    page.unmount();
  });

  it('useMessages reports a failed load and can load again', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useMessages', bob.user);
    await settled(page);
    await page.value.loadOlder(100_000);
    await waitFor(() => page.value.error);
    expect(page.value.error).toMatchObject({ code: 'bad-request', status: 400 });
    await page.value.loadOlder();
    await waitFor(() => !page.value.error);
    page.unmount();
  });

  it('useMessages renders again only for changes of its chat, and reuses the objects of unchanged messages', async () => {
    const [alice, bob] = await kit.friends();
    const carol = await kit.register();
    await kit.befriend(alice, carol);
    await carol.connect();
    await kit.write(bob, alice, ['one', 'two']);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await waitFor(() => page.value?.messages.length === 2 && page.value.messages[0]?.sender && !page.value.loading);
    const before = page.renders.length;
    const [one, two] = page.value.messages as [ChatMessage, ChatMessage];
    await carol.send(alice.user, 'elsewhere');
    await waitFor(() => alice.messages(carol.user).length === 1);
    await alice.loadOlder(bob.user);
    // An edit is visible only after all that happened before it.
    await bob.edit(alice.user, two.id ?? 0, { type: 'text', text: 'edited' });
    await shows(page, ['one', 'edited']);
    expect(page.value.messages[0]).toBe(one);
    expect(new Set(page.renders.slice(before - 1)).size).toBeLessThanOrEqual(2);
    page.unmount();
  });

  it('useMessages updates after reactions, recalls, hidden messages and streamed text', async () => {
    const [alice, bob] = await kit.friends();
    await kit.write(bob, alice, ['one', 'two', 'three']);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await shows(page, ['one', 'two', 'three']);
    const [one, two, three] = page.value.messages.map(({ id = 0 }) => id) as [number, number, number];
    await alice.react(bob.user, one, '👍');
    await waitFor(() => page.value.messages[0]?.reactions?.[0]?.emoji === '👍');
    await bob.recall(alice.user, two);
    await waitFor(() => page.value.messages[1]?.recalled);
    await alice.hide(bob.user, [three]);
    await shows(page, ['one', '']);
    const answer = await bob.stream(alice.user);
    answer.write('so ');
    await waitFor(() => page.value.messages[2]?.streaming && texts(page.value)?.[2] === 'so ');
    answer.write('far');
    await answer.end();
    await waitFor(() => !page.value.messages[2]?.streaming && texts(page.value)?.[2] === 'so far');
    page.unmount();
  });

  it('useMessages shows another chat when its chat id changes, and no messages without an id', async () => {
    const [alice, bob] = await kit.friends();
    const carol = await kit.register();
    await kit.befriend(alice, carol);
    await carol.connect();
    await kit.write(bob, alice, ['of bob']);
    await kit.write(carol, alice, ['of carol']);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await shows(page, ['of bob']);
    page.change(carol.user);
    await shows(page, ['of carol']);
    await bob.send(alice.user, 'again');
    await carol.send(alice.user, 'again, of carol');
    await shows(page, ['of carol', 'again, of carol']);
    page.change(undefined);
    await shows(page, []);
    page.change(bob.user);
    await shows(page, ['of bob', 'again']);
    page.unmount();
  });

  it('when the component unmounts, useMessages removes its listeners and renders no more', async () => {
    const [alice, bob] = await kit.friends();
    const listeners = countListeners(alice);
    const [page, other] = [0, 1].map(() => framework.mount(alice, 'useMessages', bob.user)) as [
      Mounted<'useMessages'>,
      Mounted<'useMessages'>,
    ];
    await settled(page);
    await waitFor(() => listeners() > 0);
    const shared = listeners();
    page.unmount();
    const { length } = page.renders;
    await alice.send(bob.user, 'hello');
    await shows(other, ['hello']);
    expect(listeners()).toBe(shared);
    expect(page.renders).toHaveLength(length);
    other.unmount();
    await waitFor(() => listeners() === 0);
  });

  it('useMessages shows nothing after sign-out, and then the messages of the next user', async () => {
    const [alice, bob] = await kit.friends();
    await kit.write(bob, alice, ['for alice']);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await shows(page, ['for alice']);
    await alice.signOut();
    await shows(page, []);
    expect(page.value).toMatchObject({ hasOlder: false, loading: false, error: undefined });
    const next = await kit.register();
    await kit.befriend(next, bob);
    await kit.write(bob, next, ['for the next']);
    await alice.signIn({ username: next.session?.user.username ?? '', password: 'correct horse battery' });
    await alice.connect();
    await shows(page, ['for the next']);
    page.unmount();
  });

  it('useMessages shows the whole newest page again after events were lost', async () => {
    const [alice, bob] = await kit.friends({ gateways: [kit.network.url] });
    const written = Array.from({ length: 60 }, (_, i) => `m${i}`);
    await kit.write(bob, alice, written);
    const page = framework.mount(alice, 'useMessages', bob.user);
    await waitFor(() => (page.value?.messages.length ?? 0) >= 50);
    await kit.loseEvents(alice);
    await shows(page, written);
    await bob.send(alice.user, 'after');
    await shows(page, [...written, 'after']);
    page.unmount();
  });
});
