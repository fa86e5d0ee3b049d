import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { password, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const picture = fileURLToPath(new URL('../../services/web/public/icon-512.png', import.meta.url));

describe('the profile', () => {
  it("friends see a user's new name and status text at once", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const other = await kit.open(bob, { path: '/people' });
    const page = await kit.open(ann, { path: '/settings/profile', size: 'phone' });
    await page.getByLabel('Name', { exact: true }).fill('Anna');
    await page.getByLabel('About').fill('By the sea');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    await other.getByRole('link', { name: /Anna/ }).getByText('By the sea').waitFor();
  });

  it('the profile page shows an error for an invalid name', async () => {
    const page = await kit.open(await kit.person('Ann'), { path: '/settings/profile' });
    await page.getByLabel('Name', { exact: true }).fill('\u202Eevil');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  });

  it('the profile page accepts a picture, crops it to a square, and rejects other files', async () => {
    const ann = await kit.person('Ann');
    const page = await kit.open(ann, { path: '/settings/profile' });
    const picker = page.locator('input[type="file"]');
    await picker.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByText('This file is not a picture.').waitFor();
    await picker.setInputFiles(picture);
    const shown = page.locator('.picture .avatar img');
    await shown.waitFor();
    await expect
      .poll(() => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
      .toEqual([320, 320]);
    await page.getByRole('button', { name: 'Remove picture' }).click();
    await shown.waitFor({ state: 'detached' });
  });
});

describe('language and look', () => {
  it('language and theme follow the browser until the user sets them', async () => {
    const page = await kit.open(await kit.person('Ann'), {
      path: '/settings/appearance',
      locale: 'zh-CN',
      colorScheme: 'dark',
    });
    await page.getByRole('heading', { name: '语言和外观' }).waitFor();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByLabel('浅色').check();
    await expect.poll(background).not.toBe(dark);
    await page.getByLabel('English').check();
    await page.getByRole('heading', { name: 'Language and appearance' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Language and appearance' }).waitFor();
    expect(await background()).not.toBe(dark);
  });
});

describe('privacy', () => {
  it('the server stores privacy settings, and friends then see the user as offline', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: '/settings/privacy', size: 'phone' });
    const other = await kit.open(bob, { path: '/people' });
    await other.getByText('online', { exact: true }).waitFor();
    const choice = (group: string, name: string) => page.getByRole('group', { name: group }).getByLabel(name);
    await choice('Who sees when you are online', 'Nobody').check();
    await other.getByText('online', { exact: true }).waitFor({ state: 'detached' });
    await choice('Who may add you to groups', 'Friends').check();
    await page.getByRole('switch', { name: 'People can find you by name or username' }).click();
    await expect
      .poll(() => kit.call<{ privacy: object }>('GET', '/me/account', { token: ann.token }).then((it) => it.privacy))
      .toMatchObject({ lastSeen: 'nobody', addToGroups: 'friends', find: false, readReceipts: 'everyone' });
    await page.reload();
    expect(await choice('Who sees when you are online', 'Nobody').isChecked()).toBe(true);
  });
});

describe('read receipts', () => {
  it('messages show no read marks after one of two users has turned read receipts off', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(bob, { path: '/settings/privacy', size: 'phone' });
    const receipts = page.getByRole('switch', { name: 'Show people when you have read their messages' });
    await receipts.click();
    await expect.poll(() => receipts.getAttribute('aria-checked')).toBe('false');
    await page.getByText('Saved').waitFor();
    await page.goto(`${new URL(page.url()).origin}/chats/${ann.id}`);
    const [theirs, own] = [chatPage(page), chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }))];
    await own.say('Hello Bob');
    await theirs.page.bringToFront();
    await theirs.seen('Hello Bob');
    const unread = async () => {
      const { items } = await kit.call<{ items: { unread: number }[] }>('GET', '/chats', { token: bob.token });
      return items[0]?.unread;
    };
    await expect.poll(unread).toBe(0);
    await own.say('Hello again');
    await theirs.seen('Hello again');
    await own.state('Hello again', 'Delivered');
    await own.state('Hello Bob', 'Delivered');
  });
});

describe('the password', () => {
  it('a user changes the password, for which the page requires the current one', async () => {
    const ann = await kit.person('Ann');
    const lost = await kit.open(ann, { path: '/people' });
    const page = await kit.open(ann, { path: '/settings/account' });
    const change = async (current: string, next: string) => {
      await page.getByLabel('Current password', { exact: true }).fill(current);
      await page.getByLabel('New password', { exact: true }).fill(next);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('not the password', 'gorse-quarry-lantern-7');
    await page.getByText('Wrong password.').waitFor();
    await change(password, 'password1');
    await expect.poll(() => page.getByLabel('New password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await change(password, 'gorse-quarry-lantern-7');
    await page.getByText('Your password was changed.').waitFor();
    await lost.waitForURL(/\/sign-in/);
  });
});

describe('sessions', () => {
  it('when a user ends the session of another device, that device shows the sign-in page at once', async () => {
    const ann = await kit.person('Ann');
    const lost = await kit.open(ann, { size: 'phone', path: '/people' });
    const page = await kit.open(ann, { path: '/settings/devices' });
    await page.getByText('This device').waitFor();
    await page.getByRole('button', { name: 'Sign out all other devices' }).click();
    await lost.waitForURL(/\/sign-in\?back=\/people/);
    await lost.getByText(/You were signed out/).waitFor();
    await lost.getByLabel('Username').fill(ann.username);
    await lost.getByLabel('Password', { exact: true }).fill(password);
    await lost.keyboard.press('Enter');
    await lost.waitForURL('**/people');
  });

  it("signing out deletes the user's data from the browser", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'a secret of ours');
    const page = await kit.open(ann, { path: '/settings' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in/);
    expect(await page.evaluate(() => localStorage.getItem('parley.me'))).toBeNull();
    await page.goto('/chats');
    await page.waitForURL(/\/sign-in/);
    // The navigation interrupted the deletion. The next visit completes it first.
    const kept = await page.evaluate(async (name) => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      if (!database.objectStoreNames.contains('values')) return 0;
      return new Promise<number>((resolve) => {
        const request = database.transaction('values').objectStore('values').count();
        request.onsuccess = () => resolve(request.result);
      });
    }, `parley-${ann.id}`);
    expect(kept).toBe(0);
  });
});

describe('the account', () => {
  it('a user can export their account as an archive', async () => {
    const page = await kit.open(await kit.person('Ann'), { path: '/settings/account' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export your data' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^parley-.*\.zip$/);
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes.includes('profile')).toBe(true);
  });

  it('a user can delete their account with the password, and cannot sign in after that', async () => {
    const ann = await kit.person('Ann');
    const page = await kit.open(ann, { path: '/settings/account', size: 'phone' });
    await page.getByRole('button', { name: 'Delete account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password').fill('not my password');
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await dialog.getByText('Wrong password.').waitFor();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Wrong username or password.').waitFor();
  });
});
