import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { type OpenOptions, type Person, WebKit } from './kit.ts';

let kit: WebKit;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  kit = await WebKit.start();
  [ann, bob] = await kit.friends('Ann', 'Bob');
  for (const name of ['Carl', 'Dora']) {
    const { token } = await kit.person(name);
    await kit.call('POST', '/friend-requests', { token, body: { to: ann.id, message: 'Hello' } });
    await kit.call('POST', '/friend-groups', { token: ann.token, body: { name: `Team ${name}` } });
    await kit.call('PUT', `/blocks/${(await kit.person(`Not ${name}`)).id}`, { token: ann.token });
  }
  await kit.say(bob, ann, 'Hello');
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const pages = () => [
  '/people',
  '/people/find',
  '/people/requests',
  '/people/groups',
  '/people/blocked',
  `/people/${bob.id}`,
  '/settings',
  '/settings/profile',
  '/settings/appearance',
  '/settings/notifications',
  '/settings/devices',
  '/settings/privacy',
  '/settings/account',
];

const looks: [string, OpenOptions][] = [
  ['on a desktop', {}],
  ['on a phone, in Chinese', { size: 'phone', locale: 'zh-CN' }],
];

describe.each(looks)('%s', (_, options) => {
  it('axe has no serious findings on the pages outside chats, in light and dark mode', async () => {
    const context = await kit.context(options);
    const found: string[] = [];
    /** Loads a page once for both color schemes. */
    const look = async (page: Page, path: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const finding of await seriousFindings(page)) found.push(`${path}, ${colorScheme}: ${finding}`);
      }
    };
    const stranger = await context.newPage();
    for (const path of ['/sign-in', '/register']) {
      await stranger.goto(path);
      await stranger.waitForLoadState('networkidle');
      await look(stranger, path);
    }
    await kit.signIn(context, ann);
    const page = await kit.openTab(context);
    for (const path of pages()) {
      await page.goto(path);
      await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await look(page, path);
    }
    expect(found).toEqual([]);
  }, 120_000);
});

describe('each page', () => {
  it('each page has a unique title, and the buttons of a page have different names', async () => {
    const page = await kit.open(ann);
    const titles: string[] = [];
    const stranger = await (await kit.context()).newPage();
    for (const path of ['/sign-in', '/register']) {
      await stranger.goto(path);
      await stranger.getByLabel('Username').waitFor();
      titles.push(await stranger.title());
    }
    expect(titles).toEqual(['Sign in – Parley', 'Create account – Parley']);
    for (const path of [...pages(), '/chats', `/chats/${bob.id}`, `/chats/${bob.id}/details`]) {
      await page.goto(path);
      await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      titles.push((await page.title()).replace(/^\(\d+\) /, ''));
      const names = await page
        .locator('button')
        .evaluateAll((all) => all.map((each) => each.ariaLabel ?? each.textContent ?? ''));
      // The test's sign-ins are identical, so the names of their buttons are too.
      if (path !== '/settings/devices') expect(names, path).toEqual([...new Set(names)]);
    }
    expect(titles.slice(-2)).toEqual(['Bob – Parley', 'Bob – Chat details – Parley']);
    expect(titles).toEqual([...new Set(titles)]);
  });
});

describe('keyboard access', () => {
  it('the skip link moves the focus past the navigation, and closing a dialog restores the focus', async () => {
    const page = await kit.open(ann, { path: '/settings' });
    await page.getByText('Ann').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    const signOut = page.getByRole('button', { name: 'Sign out' });
    await signOut.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate(() => document.querySelector('dialog')?.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Sign out');
  });
});
