import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ serviceWorkers: 'allow' });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

describe('lost connections', () => {
  it('the page shows Reconnecting without a server and Offline without a network, and in both cases no presence', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.open(bob);
    const { page } = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await page.getByText('online', { exact: true }).waitFor();
    await page.context().routeWebSocket('**/*', (socket) => socket.close());
    await page.context().route('**/v1/**', (route) => route.abort());
    await page.reload();
    await page.getByText('Reconnecting…').waitFor();
    expect(await page.getByText('online', { exact: true }).count()).toBe(0);
    expect(await page.getByText('You are offline.').count()).toBe(0);
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
    expect(await page.getByText('Reconnecting…').count()).toBe(0);
  });
});

describe('profiles', () => {
  it('a click on an avatar in a group opens a profile with remark, mute, block and common groups', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const name = `Shared ${process.pid}`;
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name, members: [bob.id] },
    });
    await kit.say(bob, group, 'hello all');
    await kit.say(bob, ann, 'hello Ann');
    const { page, seen } = chatPage(await kit.open(ann, { path: `/chats/${group.id}` }));
    await seen('hello all');
    await page.getByRole('link', { name: 'Profile of Bob' }).click();
    await page.waitForURL(`**/people/${bob.id}`);
    await page.getByLabel('Remark').waitFor();
    await page.getByRole('button', { name: 'Block' }).waitFor();
    await page.getByRole('switch', { name: 'Mute notifications' }).click();
    await expect
      .poll(() => page.getByRole('switch', { name: 'Mute notifications' }).getAttribute('aria-checked'))
      .toBe('true');
    await page.getByText('Groups in common').click();
    await page.locator('main').getByRole('link', { name }).waitFor();
  });
});

describe('forwarding', () => {
  it('a user can forward a message to several chats and friends at once', async () => {
    const [ann, bob, cem, dora] = await kit.friends('Ann', 'Bob', 'Cem', 'Dora');
    await kit.say(bob, ann, 'pass this on');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.choose('pass this on', 'Forward');
    const dialog = a.page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: 'Cem' }).check();
    await dialog.getByRole('checkbox', { name: 'Dora' }).check();
    const { items: before } = await kit.call<{ items: unknown[] }>('GET', `/chats/${ann.id}/messages`, {
      token: cem.token,
    });
    expect(before).toEqual([]);
    await dialog.getByRole('button', { name: 'Forward to 2 chats' }).click();
    await a.page.getByText('Forwarded to 2 chats').waitFor();
    for (const { token } of [cem, dora]) {
      const texts = async () =>
        (
          await kit.call<{ items: { body: { text: string } }[] }>('GET', `/chats/${ann.id}/messages`, { token })
        ).items.map(({ body }) => body.text);
      await expect.poll(texts).toEqual(['pass this on']);
    }
  });
});

describe('toasts', () => {
  it('a toast about a group message shows the sender and does not cover the page header', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const name = `Toast ${process.pid}`;
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name, members: [bob.id] },
    });
    const page = await kit.open(ann, { path: '/settings/profile' });
    await kit.say(bob, group, 'look here');
    const toast = page.getByRole('button', { name: new RegExp(`${name} *Bob: look here`) });
    await toast.waitFor();
    const [box, header] = [await toast.boundingBox(), await page.locator('.page-header').boundingBox()];
    expect(box?.y).toBeGreaterThanOrEqual((header?.y ?? 0) + (header?.height ?? 0));
  });

  it('no toast about an old friend request appears at sign-in', async () => {
    const [ann, bob] = [await kit.person('Ann'), await kit.person('Bob')];
    await kit.call('POST', '/friend-requests', { token: bob.token, body: { to: ann.id } });
    const page = await kit.open(ann);
    await page.getByRole('link', { name: '1 friend request' }).waitFor();
    // A later live event shows that the old one was already handled.
    const cem = await kit.person('Cem');
    await kit.call('POST', '/friend-requests', { token: cem.token, body: { to: ann.id } });
    await page.getByText('Cem wants to be your friend').waitFor();
    expect(await page.getByText('Bob wants to be your friend').count()).toBe(0);
  });
});

describe('the sound of a message', () => {
  it('a new message plays a sound only if the setting is on', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const context = await kit.context();
    await context.addInitScript(() => {
      const { createOscillator } = AudioContext.prototype;
      Object.assign(window, { tones: 0 });
      AudioContext.prototype.createOscillator = function () {
        (window as unknown as { tones: number }).tones += 1;
        return createOscillator.call(this);
      };
    });
    await kit.signIn(context, ann);
    const page = await kit.openTab(context, '/settings/notifications');
    const tones = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
    await kit.say(bob, ann, 'silent');
    await page.getByRole('button', { name: /silent/ }).waitFor();
    expect(await tones()).toBe(0);
    await page.getByRole('switch', { name: 'Play a sound for new messages' }).click();
    const before = await tones();
    await kit.say(bob, ann, 'with sound');
    await expect.poll(tones).toBeGreaterThan(before);
  });
});

describe('a text in Markdown', () => {
  it('a message shows Markdown with its formats, and HTML as text', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.say(
      '**bold** `code` [docs](https://example.org/) <img src=x onerror="attacked=1">\n\n- one\n- two\n\n```\nconst a = 1;\n```',
    );
    await a.seen('bold');
    const bubble = a.bubble('bold');
    expect(await bubble.locator('strong').textContent()).toBe('bold');
    expect(await bubble.locator('li').allTextContents()).toEqual(['one', 'two']);
    expect(await bubble.locator('pre').textContent()).toBe('const a = 1;');
    expect(await bubble.getByRole('link', { name: 'docs' }).getAttribute('href')).toBe('https://example.org/');
    expect(await bubble.locator('img').count()).toBe(0);
    await bubble.getByText('<img src=x').waitFor();
  });
});

describe('a message that was not sent', () => {
  it('a message that was not sent has buttons to send it again, edit it and delete it', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.call('PUT', `/blocks/${ann.id}`, { token: bob.token });
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.say('refused');
    const buttons = a.list.getByRole('alert').getByRole('button');
    await expect.poll(() => buttons.allTextContents()).toEqual(['Send again', 'Edit', 'Delete']);
    const boxes = await buttons.evaluateAll((all) => all.map((each) => each.getBoundingClientRect()));
    for (let at = 1; at < boxes.length; at++)
      expect((boxes[at]?.left ?? 0) - (boxes[at - 1]?.right ?? 0)).toBeGreaterThanOrEqual(8);
    await buttons.filter({ hasText: 'Edit' }).click();
    expect(await a.box.inputValue()).toBe('refused');
    expect(await a.texts()).toEqual([]);
  });
});
