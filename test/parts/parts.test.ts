import type { ChatMessage } from '@parley/client';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { texts, untilShown } from '../client/people.ts';
import { frameworks } from './frameworks.ts';
import { countListeners, PartsKit } from './kit.ts';

let kit: PartsKit;
beforeAll(async () => {
  kit = await PartsKit.start();
}, 120_000);
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

const file = (text: string, type = 'text/plain', name = `${text.slice(0, 5)}.txt`) =>
  Object.assign(new Blob([text], { type }), { name });

describe.each(frameworks)('parts of %s', (_, framework) => {
  it('useComposer sends its text as a reply and then clears itself', async () => {
    const [alice, bob] = await kit.friends();
    await kit.write(bob, alice, ['question']);
    await untilShown(alice, bob.user, ['question']);
    const page = framework.mount(alice, 'useComposer', bob.user);
    await waitFor(() => page.value);
    await page.value.send();
    page.value.setText('answer');
    const [question] = alice.messages(bob.user) as [ChatMessage];
    page.value.reply(question);
    await waitFor(() => page.value.text === 'answer' && page.value.replyTo);
    await page.value.send({ custom: { order: 7 } });
    await waitFor(() => page.value.text === '' && !page.value.replyTo);
    await untilShown(bob, alice.user, ['question', 'answer']);
    expect(bob.messages(alice.user)[1]).toMatchObject({ replyTo: question.id, custom: { order: 7 } });
    page.unmount();
  });

  it('useComposer edits a message, and then restores the text from before the edit', async () => {
    const [alice, bob] = await kit.friends();
    await kit.write(alice, bob, ['misspelt']);
    const page = framework.mount(alice, 'useComposer', bob.user);
    await waitFor(() => page.value);
    page.value.setText('next');
    const [own] = alice.messages(bob.user) as [ChatMessage];
    page.value.edit(own);
    await waitFor(() => page.value.text === 'misspelt' && page.value.editing?.id === own.id);
    page.value.setText('correct');
    await page.value.send();
    await waitFor(() => page.value.text === 'next' && !page.value.editing);
    await waitFor(() => texts(bob, alice.user)[0] === 'correct');
    page.value.setText('');
    page.value.edit({ ...own, id: 1 });
    page.value.setText('no such message');
    await page.value.send();
    await waitFor(() => page.value.error && page.value.editing);
    expect(page.value.text).toBe('no such message');
    page.unmount();
  });

  it('useComposer keeps the unsent text of each chat until sign-out', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useComposer', bob.user);
    await waitFor(() => page.value);
    page.value.setText('for bob');
    await waitFor(() => page.value.text === 'for bob');
    page.change(undefined);
    await waitFor(() => page.value.text === '');
    page.change(bob.user);
    await waitFor(() => page.value.text === 'for bob');
    await alice.signOut();
    await waitFor(() => page.value.text === '');
    page.unmount();
  });

  it('useTyping lists the users who are typing until they send the message, stop typing or leave', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useTyping', bob.user);
    const composer = framework.mount(bob, 'useComposer', alice.user);
    await waitFor(() => composer.value && page.value);
    composer.value.setText('h');
    await waitFor(() => page.value.length === 1);
    expect(page.value).toEqual([{ user: bob.user }]);
    await composer.value.send();
    await waitFor(() => page.value.length === 0);
    bob.typing(alice.user, true, 'recording');
    await waitFor(() => page.value[0]?.state === 'recording');
    bob.typing(alice.user, false);
    await waitFor(() => page.value.length === 0);
    composer.value.setText('again');
    await waitFor(() => page.value.length === 1);
    composer.unmount();
    await waitFor(() => page.value.length === 0);
    page.unmount();
  });

  it('usePresence watches the users of all components, and returns no presence while offline', async () => {
    const [alice, bob] = await kit.friends({ gateways: [kit.network.url] });
    const carol = await kit.register();
    await kit.befriend(alice, carol);
    const watched: number[][] = [];
    const watch = alice.watch.bind(alice);
    alice.watch = (users) => {
      watched.push(users);
      watch(users);
    };
    const first = framework.mount(alice, 'usePresence', [bob.user]);
    await waitFor(() => first.value?.get(bob.user)?.online);
    const second = framework.mount(alice, 'usePresence', [carol.user]);
    await waitFor(() => second.value?.get(carol.user)?.online === false);
    expect(watched.map((users) => users.toSorted())).toEqual([[bob.user], [bob.user, carol.user].toSorted()]);
    await carol.connect();
    await waitFor(() => second.value.get(carol.user)?.online);
    expect(first.value.has(carol.user)).toBe(false);
    kit.network.dead = true;
    kit.network.cut();
    await waitFor(() => first.value.size === 0);
    kit.network.dead = false;
    await waitFor(() => first.value.get(bob.user)?.online);
    first.change([]);
    second.unmount();
    await waitFor(() => watched.at(-1)?.length === 0);
    first.unmount();
  });

  it('useUploads sends each uploaded file in the order of selection, and skips cancelled files', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useUploads', bob.user);
    await waitFor(() => page.value);
    const { request } = alice;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    Object.assign(alice, {
      request: async (...parameters: Parameters<typeof request>) => {
        await gate;
        return request(...parameters);
      },
    });
    const files = ['first', 'second', 'third'].map((text) => file(text));
    page.value.add(files, { custom: { album: 1 } });
    await waitFor(() => page.value.uploads.length === 3);
    page.value.uploads[1]?.cancel();
    open();
    await waitFor(() => bob.messages(alice.user).length === 2);
    const names = bob
      .messages(alice.user)
      .map(({ body, custom }) => [body?.type, body && 'name' in body && body.name, custom]);
    expect(names).toEqual([
      ['file', 'first.txt', { album: 1 }],
      ['file', 'third.txt', { album: 1 }],
    ]);
    await waitFor(() => page.value.uploads.length === 0);
    expect(page.renders.some(({ uploads }) => uploads.some(({ state }) => state === 'uploading'))).toBe(true);
    page.unmount();
  });

  it('useUploads pauses an upload, reports why an upload failed, and resumes both', async () => {
    const [alice, bob] = await kit.friends();
    const page = framework.mount(alice, 'useUploads', bob.user);
    await waitFor(() => page.value);
    const { request } = alice;
    let refused = true;
    // The server refuses an upload without its length.
    Object.assign(alice, {
      request: (path: string, init: { headers?: Record<string, string> }) =>
        request(
          path,
          refused && init.headers?.['upload-length'] ? { ...init, headers: { 'tus-resumable': '1.0.0' } } : init,
        ),
    });
    page.value.add([file('hello')]);
    await waitFor(() => page.value.uploads[0]?.state === 'failed');
    expect(page.value.uploads[0]?.error).toMatchObject({ status: 400 });
    refused = false;
    page.value.uploads[0]?.resume();
    page.value.uploads[0]?.pause();
    await waitFor(() => page.value.uploads[0]?.state === 'paused');
    page.value.uploads[0]?.resume();
    await waitFor(() => bob.messages(alice.user).length === 1);
    page.unmount();
  });

  it('useConnection returns the connection state, from before `connect` until after sign-out', async () => {
    const alice = await kit.register();
    const listeners = countListeners(alice);
    const page = framework.mount(alice, 'useConnection', undefined);
    await waitFor(() => page.value);
    expect(page.value).toEqual({ state: 'off', storage: undefined });
    await waitFor(() => listeners() > 0);
    await alice.connect();
    await waitFor(() => page.value.state === 'online');
    expect(page.value).toMatchObject({ transport: expect.any(String), storage: { state: 'kept' } });
    await alice.signOut();
    await waitFor(() => page.value.state === 'off');
    expect(page.value.storage).toBeUndefined();
    page.unmount();
    await waitFor(() => listeners() === 0);
  });
});
