import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { password, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ serviceWorkers: 'allow' });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

describe('offline', () => {
  it('without a network, the page opens from its cache, and sends messages once the network is back', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'before the tunnel');
    const page = await kit.open(ann, { path: `/chats/${bob.id}`, size: 'phone' });
    await page.getByText('before the tunnel').last().waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await expect.poll(() => page.evaluate(async () => (await caches.keys()).length)).toBe(1);
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('You are offline.').waitFor();
    await page.getByText('before the tunnel').last().waitFor();
    await page.getByRole('textbox').last().fill('written in the tunnel');
    await page.keyboard.press('Enter');
    await page.getByText('written in the tunnel').last().waitFor();
    await page.goto('/chats');
    await page.getByRole('link', { name: /Bob/ }).waitFor();
    await page.context().setOffline(false);
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached', timeout: 40_000 });
    const texts = async () =>
      (
        await kit.call<{ items: { body: { text: string } }[] }>('GET', `/chats/${ann.id}/messages`, {
          token: bob.token,
        })
      ).items.map(({ body }) => body.text);
    await expect.poll(texts, { timeout: 10_000 }).toEqual(['before the tunnel', 'written in the tunnel']);
    await expect.poll(() => page.getByText('You are offline.').count()).toBe(0);
  }, 90_000);

  it("without a network, the sign-in page shows that the device is offline and keeps the user's input", async () => {
    const page = await (await kit.context()).newPage();
    await page.goto('/sign-in');
    await page.context().setOffline(true);
    await page.getByLabel('Username').fill('somebody');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You are offline. Check your connection').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe('somebody');
  });
});

describe('the web client', () => {
  it('browsers can install the web client, because it has a manifest, icons and a service worker', async () => {
    const page = await kit.open(await kit.person('Ann'));
    const href = await page.locator('link[rel="manifest"]').getAttribute('href');
    const answer = await fetch(new URL(href ?? '', kit.url));
    expect(answer.headers.get('content-type')).toBe('application/manifest+json');
    const manifest = (await answer.json()) as {
      start_url: string;
      display: string;
      icons: { src: string; sizes: string }[];
    };
    expect(manifest).toMatchObject({ start_url: '/chats', display: 'standalone' });
    for (const { src, sizes } of manifest.icons) {
      const size = await page.evaluate(async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      if (sizes !== 'any') expect(size).toBe(sizes);
    }
    expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
    const session = await page.context().newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    const serious = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    expect(serious).toEqual([]);
  });

  it('the web client complies with its content security policy, and the policy blocks inserted scripts', async () => {
    const page = await kit.open(await kit.person('Ann'));
    const broken: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) broken.push(message.text());
    });
    for (const path of [
      '/people',
      '/people/find',
      '/settings/profile',
      '/settings/notifications',
      '/settings/appearance',
      '/groups/new',
    ])
      await kit.openTab(page.context(), path).then((tab) => tab.close());
    expect([...broken, ...kit.errors.filter((text) => /Content Security Policy/.test(text))]).toEqual([]);
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const button = document.createElement('button');
      button.setAttribute('onclick', 'window.ran = true');
      document.body.append(button);
      button.click();
      return 'ran' in window;
    });
    expect(ran).toBe(false);
  });

  it('the web client works without browser storage and shows a warning', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const context = await kit.context();
    await context.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      };
      Object.defineProperty(window, 'localStorage', { get: refuse });
      Object.defineProperty(window, 'sessionStorage', { get: refuse });
      IDBFactory.prototype.open = refuse;
      CacheStorage.prototype.open = refuse;
    });
    const page = await context.newPage();
    await page.goto(`/chats/${bob.id}`);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByText('This browser does not store data').waitFor();
    await page.getByRole('textbox').last().fill('from a private window');
    await page.keyboard.press('Enter');
    await page.getByText('from a private window').last().waitFor();
    const last = async () =>
      (
        await kit.call<{ items: { body: { text: string } }[] }>('GET', `/chats/${ann.id}/messages`, {
          token: bob.token,
        })
      ).items.at(-1)?.body.text;
    await expect.poll(last, { timeout: 10_000 }).toBe('from a private window');
    await page.reload();
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  });

  it('the web client warns if the disk is full, and stores messages again when there is space', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const context = await kit.context();
    await kit.signIn(context, ann);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    const origin = kit.url;
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    await page.goto(`/chats/${bob.id}`);
    await page.getByText('The storage of this browser is full').waitFor();
    const a = chatPage(page);
    await a.say('without any room');
    await a.state('without any room', 'Sent');
    await devtools.send('Storage.overrideQuotaForOrigin', { origin });
    await expect.poll(() => page.getByText('The storage of this browser is full').count()).toBe(0);
    // The page now shows only what was stored on this device.
    await context.route('**/v1/**', (route) => route.abort());
    await page.reload();
    await a.seen('without any room');
    const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
    await b.seen('without any room');
    expect(await b.texts()).toEqual(['without any room']);
  });

  it('a web client whose tokens were lost redirects to sign-in and keeps the draft', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: `/chats/${bob.id}` });
    await page.getByRole('textbox').last().fill('half a sentence');
    await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage).includes('half a sentence'))).toBe(true);
    await page.context().clearCookies();
    await page.evaluate(() => localStorage.setItem('parley.session', '{"broken'));
    await page.reload();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/chats/${bob.id}`);
    await expect.poll(() => page.getByRole('textbox').last().inputValue()).toBe('half a sentence');
  });
});
