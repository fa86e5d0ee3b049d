import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

describe('a new user', () => {
  it('a new user creates an account and then sees the chats', async () => {
    const context = await kit.context();
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('link', { name: 'Create account' }).click();
    await page.getByLabel('Username').fill('Zoe_1');
    await page.getByLabel('Name', { exact: true }).fill('Zoë');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/chats');
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  });

  it('the registration page shows which field is invalid', async () => {
    const page = await (await kit.context()).newPage();
    await page.goto('/register');
    await page.getByLabel('Username').fill('a b');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect.poll(() => page.getByLabel('Username').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Username').inputValue()).toBe('a b');
  });
});

describe('without a session', () => {
  it('without a session, a page redirects to sign-in, which then redirects back', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await (await kit.context({ size: 'phone' })).newPage();
    await page.goto(`/chats/${bob.id}`);
    await page.waitForURL(/\/sign-in\?back=/);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Wrong username or password.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/chats/${bob.id}`);
  });

  it('sign-in never redirects to another site', async () => {
    const ann = await kit.person('Ann');
    for (const back of ['https://evil.example/', '//evil.example/', '/\\evil.example']) {
      const page = await (await kit.context()).newPage();
      await page.goto(`/sign-in?back=${encodeURIComponent(back)}`);
      await page.getByLabel('Username').fill(ann.username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${kit.url}/chats`);
    }
  });
});

describe('sessions', () => {
  it('a session survives pages that the user closes while they load', async () => {
    const page = await kit.open(await kit.person('Ann'));
    for (let i = 0; i < 6; i += 1) await page.goto('/people', { waitUntil: 'commit' });
    for (let i = 0; i < 3; i += 1) {
      const tab = await page.context().newPage();
      await tab.goto('/chats', { waitUntil: 'commit' });
      await tab.close();
    }
    await kit.openTab(page.context(), '/people');
  });

  it('a session survives a reload, and other tabs share it', async () => {
    const page = await kit.open(await kit.person('Ann'));
    await page.reload();
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    const tab = await kit.openTab(page.context());
    expect(new URL(tab.url()).pathname).toBe('/chats');
  });
});
