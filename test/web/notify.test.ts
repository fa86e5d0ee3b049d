import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PushService } from '../../services/api/test/push-service.ts';
import { type Person, WebKit } from './kit.ts';

let kit: WebKit;
let service: PushService;
beforeAll(async () => {
  service = await PushService.start();
  kit = await WebKit.start({ serviceWorkers: 'allow', env: { PUSH_NETWORKS: '127.0.0.0/8', PUSH_DELAY: '500ms' } });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  await service?.close();
});

describe('notifications', () => {
  it('a message in another chat is counted in the page title and shows a toast that opens the chat', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: '/settings/profile' });
    await expect.poll(() => page.title()).toBe('Profile – Parley');
    await kit.say(bob, ann, 'Are you there? <b>hi</b>');
    const toast = page.getByRole('button', { name: /Bob.*Are you there\? <b>hi<\/b>/ });
    await toast.waitFor();
    await expect.poll(() => page.title()).toBe('(1) Profile – Parley');
    await toast.click();
    await page.waitForURL(`**/chats/${bob.id}`);
    await expect.poll(() => page.title()).toBe('Bob – Parley');
  });

  it('a message shows no toast if its chat is open or muted', async () => {
    const [ann, bob, carl] = await kit.friends('Ann', 'Bob', 'Carl');
    await kit.say(carl, ann, 'first');
    await kit.call('PUT', `/chats/${carl.id}`, { token: ann.token });
    await kit.call('PATCH', `/chats/${carl.id}`, { token: ann.token, body: { muted: true } });
    const page = await kit.open(ann, { path: `/chats/${bob.id}` });
    await page.getByText('first').first().waitFor();
    await kit.say(carl, ann, 'muted one');
    await kit.say(bob, ann, 'open one');
    await page.getByText('open one').first().waitFor();
    await page.getByText('muted one').first().waitFor();
    expect(await page.locator('.toast').allTextContents()).toEqual([]);
    await expect.poll(() => page.title()).toBe('Bob – Parley');
  });

  it('a message of a group whose chat is set to mentions only shows a toast if it mentions the user', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: bob.token,
      body: { name: 'Choir', members: [ann.id] },
    });
    const page = await kit.open(ann, { path: `/chats/${group.id}/details` });
    const only = page.getByRole('switch', { name: 'Notify only mentions' });
    await only.click();
    await expect.poll(() => only.getAttribute('aria-checked')).toBe('true');
    await page.goto(`${kit.url}/settings/profile`);
    // Messages cause a toast only while the client is online.
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    const say = (ref: string, mentions: number[]) =>
      kit.post(bob, { type: 'send', ref, to: group.id, body: { type: 'text', text: ref }, mentions });
    await say('to all', []);
    await say('to Ann', [ann.id]);
    await page.getByRole('button', { name: /Choir.*to Ann/ }).waitFor();
    expect(await page.locator('.toast').allTextContents()).toHaveLength(1);
  });

  it('a message causes a browser notification if the page is in the background and the user has allowed notifications', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await notifying(ann);
    await page.getByRole('switch', { name: /in the background/ }).click();
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    });
    await kit.say(bob, ann, 'psst');
    await expect
      .poll(() => page.evaluate(() => (window as unknown as Shown).shown))
      .toEqual([{ title: 'Bob', body: 'psst', tag: `chat-${bob.id}` }]);
    expect(await page.locator('.toast').allTextContents()).toEqual([]);
  });
});

describe('pushes', () => {
  it('a browser receives pushes of messages that no page shows, and receives none after sign-out', async () => {
    const [bob, ann, carl] = await kit.friends('Bob', 'Ann', 'Carl');
    const subscription = service.subscribe();
    const sentinel = service.subscribe();
    await kit.call('PUT', '/push/subscriptions', { token: carl.token, body: sentinel });
    const pushedTo = (endpoint: string) =>
      service.got.filter((each) => each.endpoint === endpoint).map(({ shown }) => shown);
    // When this text has been handled, earlier ones have been handled too.
    const settled = async (text: string) => {
      await kit.say(bob, carl, text);
      await expect.poll(() => pushedTo(sentinel.endpoint).at(-1)?.text, { timeout: 10_000 }).toBe(text);
    };
    const page = await notifying(ann, subscription);
    // On a busy machine the browser may take too long to subscribe. A person would click again.
    const toggle = page.getByRole('switch', { name: /no page is open/ });
    const isOn = async () => (await toggle.getAttribute('aria-checked')) === 'true';
    await expect
      .poll(async () => (await isOn()) || (await toggle.click().then(() => isOn())), {
        timeout: 15_000,
        interval: 2000,
      })
      .toBe(true);
    await kit.say(bob, ann, 'while the page is open');
    const pushed = [{ chat: bob.id, title: 'Bob', text: 'while the page is open', badge: 1 }];
    await expect.poll(() => pushedTo(subscription.endpoint), { timeout: 10_000 }).toEqual(pushed);
    await page.goto(`${kit.url}/chats/${bob.id}`);
    await page.locator('.message', { hasText: 'while the page is open' }).waitFor();
    await kit.say(bob, ann, 'in the open chat');
    await page.locator('.message', { hasText: 'in the open chat' }).waitFor();
    await settled('one');
    const unread = async () =>
      (await kit.call<{ items: { chat: number; unread: number }[] }>('GET', '/chats', { token: ann.token })).items.find(
        ({ chat }) => chat === bob.id,
      )?.unread;
    await expect.poll(unread).toBe(0);
    const context = page.context();
    await page.close();
    await expect
      .poll(
        async () =>
          (
            await kit.call<{ items: { user: { id: number }; online: boolean }[] }>('GET', '/friends', {
              token: bob.token,
            })
          ).items.find(({ user }) => user.id === ann.id)?.online,
      )
      .toBe(false);
    await kit.say(bob, ann, 'when none is');
    pushed.push({ chat: bob.id, title: 'Bob', text: 'when none is', badge: 1 });
    await expect.poll(() => pushedTo(subscription.endpoint), { timeout: 10_000 }).toEqual(pushed);

    const again = await kit.openTab(context, '/settings');
    await again.getByRole('button', { name: 'Sign out' }).click();
    await again.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await again.waitForURL(/\/sign-in/);
    await kit.say(bob, ann, 'after sign-out');
    await settled('two');
    expect(pushedTo(subscription.endpoint)).toEqual(pushed);
  }, 60_000);

  it('the notification settings store the choices of the browser and the quiet hours of the user', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const subscription = service.subscribe();
    const page = await notifying(ann, subscription);
    const isOn = (name: RegExp) => page.getByRole('switch', { name }).getAttribute('aria-checked');
    await page.getByRole('switch', { name: /no page is open/ }).click();
    await page.getByRole('switch', { name: /Hide the text/ }).click();
    await expect.poll(() => isOn(/Hide the text/)).toBe('true');
    const devices = await kit.call<{ items: object[] }>('GET', '/push/devices', { token: ann.token });
    expect(devices.items).toMatchObject([{ kind: 'web', hideText: true, mentionsOnly: false }]);
    await kit.say(bob, ann, 'secret');
    const texts = () =>
      service.got.filter(({ endpoint }) => endpoint === subscription.endpoint).map(({ shown }) => shown);
    await expect.poll(texts, { timeout: 10_000 }).toMatchObject([{ title: 'Bob', text: 'New message' }]);
    const quiet = async () =>
      (await kit.call<{ quietHours: object | null }>('GET', '/me/account', { token: ann.token })).quietHours;
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await page.getByLabel('To', { exact: true }).fill('06:30');
    await page.getByLabel('To', { exact: true }).blur();
    await expect.poll(quiet).toMatchObject({ from: '22:00', to: '06:30', timeZone: expect.any(String) });
    await page.reload();
    await expect.poll(() => isOn(/Quiet hours/)).toBe('true');
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await expect.poll(quiet).toBeNull();
  }, 40_000);

  it('a browser whose subscription has an earlier VAPID key of the server subscribes again', async () => {
    const [bob, ann] = await kit.friends('Bob', 'Ann');
    const [old, fresh] = [service.subscribe(), service.subscribe()];
    const context = await kit.context();
    await kit.signIn(context, ann);
    await context.addInitScript(
      ([before, after]) => {
        let given: object | null = before ?? {};
        const key = new Uint8Array(65).fill(4).buffer;
        const answer = () =>
          given && {
            ...{ toJSON: () => given, options: { applicationServerKey: given === before ? key : null } },
            unsubscribe: async () => {
              given = null;
              return true;
            },
          };
        Object.assign(window, { Notification: class extends EventTarget {} });
        Object.assign(PushManager.prototype, {
          getSubscription: async () => answer(),
          subscribe: async () => {
            given = after ?? {};
            return answer();
          },
        });
        localStorage.setItem('parley.push', 'on');
      },
      [old, fresh],
    );
    const page = await kit.openTab(context, '/settings');
    const kinds = async () => (await kit.call<{ items: object[] }>('GET', '/push/devices', { token: ann.token })).items;
    await expect.poll(async () => (await kinds()).length, { timeout: 10_000 }).toBe(1);
    await page.close();
    await kit.say(bob, ann, 'to the new subscription');
    await expect.poll(() => service.got.map(({ endpoint }) => endpoint), { timeout: 10_000 }).toContain(fresh.endpoint);
    expect(service.got.map(({ endpoint }) => endpoint)).not.toContain(old.endpoint);
  });

  it('the service worker shows a push with a link to its chat, and ignores invalid pushes', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { permissions: ['notifications'] });
    const worker = page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent('serviceworker'));
    const shown = await worker.evaluate(async (chat) => {
      const self = globalThis as unknown as ServiceWorkerLike;
      const notified: unknown[] = [];
      self.registration.showNotification = async (title, options) =>
        void notified.push([title, options.body, options.data.path]);
      self.clients.matchAll = async () => [];
      const push = (text: string) => {
        const event = new self.PushEvent('push', { data: text });
        self.dispatchEvent(event);
      };
      push(JSON.stringify({ chat, title: 'Bob', text: 'hello' }));
      push('no json');
      push(JSON.stringify({ chat: '../x', title: 'Eve', text: 'x' }));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return notified;
    }, bob.id);
    expect(shown).toEqual([['Bob', 'hello', `/chats/${bob.id}`]]);
  });
});

/**
 * Opens the page of notification settings in a browser that permits notifications. Headless
 * Chromium has neither notifications nor a push service, so the page gets fakes of both.
 */
async function notifying(person: Person, subscription?: object): Promise<Page> {
  const context = await kit.context();
  await kit.signIn(context, person);
  await context.addInitScript((given) => {
    const shown: unknown[] = [];
    class Stand extends EventTarget {
      static permission = 'default';
      static requestPermission = async () => {
        Stand.permission = 'granted';
        return 'granted';
      };
      constructor(title: string, { body, tag }: NotificationOptions = {}) {
        super();
        shown.push({ title, body, tag });
      }
    }
    Object.assign(window, { shown, Notification: Stand });
    let subscribed = false;
    const answer = () => (subscribed ? { ...given, toJSON: () => given, unsubscribe: async () => true } : null);
    Object.assign(PushManager.prototype, {
      getSubscription: async () => answer(),
      subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
        subscribed = applicationServerKey.length > 80;
        return answer();
      },
    });
  }, subscription ?? {});
  return kit.openTab(context, '/settings/notifications');
}

interface Shown {
  shown: unknown[];
}

interface ServiceWorkerLike extends EventTarget {
  registration: { showNotification(title: string, options: { body: string; data: { path: string } }): Promise<void> };
  clients: { matchAll(): Promise<unknown[]> };
  PushEvent: new (type: string, init: { data: string }) => Event;
}
