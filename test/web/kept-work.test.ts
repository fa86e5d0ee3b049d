import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ serviceWorkers: 'allow' });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const text = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`content of ${name}`) });
const names = (page: Page) =>
  page
    .getByRole('region', { name: 'Messages' })
    .locator('.file')
    .evaluateAll((all) => all.map((each) => /^(Download \S+) /.exec(each.textContent?.trim() ?? '')?.[1]));

describe('uploads', () => {
  it("an upload continues after a reload, at the server's offset", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
    const session = await a.page.context().newCDPSession(a.page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 3_000_000,
    });
    const buffer = randomBytes(20_000_000);
    await a.sendFiles({ name: 'large.bin', mimeType: 'application/octet-stream', buffer });
    const tray = a.page.getByRole('list', { name: 'Uploads' });
    const progress = () => tray.locator('progress').evaluate((element: HTMLProgressElement) => element.value);
    await expect.poll(progress, { timeout: 20_000 }).toBeGreaterThan(0.25);
    const offsets: string[] = [];
    a.page.on('request', (request) => {
      const offset = request.headers()['upload-offset'];
      if (request.method() === 'PATCH' && offset) offsets.push(offset);
    });
    await a.page.reload();
    await b.list.getByRole('button', { name: 'Download large.bin' }).waitFor({ timeout: 40_000 });
    expect(Number(offsets[0])).toBeGreaterThan(0);
    const [download] = await Promise.all([
      b.page.waitForEvent('download'),
      b.list.getByRole('button', { name: 'Download large.bin' }).click(),
    ]);
    const copy = join(tmpdir(), `parley-${process.pid}-large.bin`);
    await download.saveAs(copy);
    const same = buffer.equals(await readFile(copy));
    await rm(copy);
    expect(same).toBe(true);
    await expect.poll(() => tray.count()).toBe(0);
    await a.page.reload();
    await a.list.getByRole('button', { name: 'Download large.bin' }).waitFor();
    expect(await names(b.page)).toEqual(['Download large.bin']);
  }, 90_000);

  it('the page warns before the user leaves it if the browser could not store an unfinished upload', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const context = await kit.context();
    await context.addInitScript(() => {
      const open = IDBFactory.prototype.open;
      IDBFactory.prototype.open = function (name: string, version?: number) {
        if (name.startsWith('parley-uploads')) throw new DOMException('Refused', 'SecurityError');
        return open.call(this, name, version);
      };
    });
    await kit.signIn(context, ann);
    const a = chatPage(await kit.openTab(context, `/chats/${bob.id}`));
    await context.route('**/v1/media**', () => {});
    await a.sendFiles(text('a.txt'));
    await a.page.getByRole('list', { name: 'Uploads' }).waitFor();
    const asked = a.page.waitForEvent('dialog');
    void a.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
  });

  it('files arrive in the order in which the user selected them, even if the first upload is slow', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await a.page.route('**/v1/media', async (route) => {
      // Uploads may begin in any order. The name is in the metadata, in base64.
      if (route.request().headers()['upload-metadata']?.includes(btoa('1.txt'))) await held;
      await route.continue();
    });
    await a.sendFiles(text('1.txt'), text('2.txt'), text('3.txt'));
    await expect.poll(() => a.page.getByRole('list', { name: 'Uploads' }).getByText('100%').count()).toBe(2);
    release();
    await expect.poll(() => names(b.page)).toEqual(['Download 1.txt', 'Download 2.txt', 'Download 3.txt']);
  });

  it('the page previews selected files, and sends them in the order and with the caption that the user sets', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
    await a.page.locator('input[type=file]').setInputFiles([text('1.txt'), text('2.txt'), text('3.txt')]);
    const dialog = a.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Move 3.txt up' }).click();
    await dialog.getByRole('button', { name: 'Remove 1.txt' }).click();
    await dialog.getByLabel('Caption').fill('Two files');
    expect(await names(b.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Send 2 files' }).click();
    await b.seen('Two files');
    expect(await names(b.page)).toEqual(['Download 3.txt', 'Download 2.txt']);
  });
});

describe('drafts', () => {
  it('drafts that a user writes in two tabs do not overwrite each other, and both tabs show both drafts', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await kit.say(bob, ann, 'hi');
    await kit.say(cem, ann, 'hi');
    const one = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const two = chatPage(await kit.openTab(one.page.context(), `/chats/${cem.id}`));
    await one.box.fill('for Bob');
    await two.box.fill('for Cem');
    await one.page.getByRole('listitem').filter({ hasText: 'Cem' }).getByText('for Cem').waitFor();
    for (const { page } of [one, two]) await page.reload();
    await expect.poll(() => one.box.inputValue()).toBe('for Bob');
    await expect.poll(() => two.box.inputValue()).toBe('for Cem');
    await two.page.getByRole('listitem').filter({ hasText: 'Bob' }).getByRole('link').click();
    await expect.poll(() => two.box.inputValue()).toBe('for Bob');
    await one.box.fill('for Bob, longer');
    await expect.poll(() => two.box.inputValue()).toBe('for Bob, longer');
  });

  it("a draft appears on the user's other devices, and disappears there when the message is sent", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'hi');
    const desk = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    const phone = chatPage(await kit.open(ann, { size: 'phone' }));
    await desk.box.fill('from the desk');
    await phone.page.getByText('from the desk').waitFor();
    await phone.page.getByRole('link', { name: /Bob/ }).click();
    await expect.poll(() => phone.box.inputValue()).toBe('from the desk');
    await phone.box.fill('from the phone');
    await expect.poll(() => desk.box.inputValue(), { timeout: 10_000 }).toBe('from the phone');
    const later = await kit.open(ann);
    await later.getByText('from the phone').waitFor();
    await desk.box.press('Enter');
    await later.getByText('Draft:').waitFor({ state: 'detached' });
    await expect.poll(() => phone.box.inputValue()).toBe('');
  });
});

describe('mentions', () => {
  it("a mention of a member who was offline is marked on all of the member's devices until the member opens the chat", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name: `Mention ${process.pid}`, members: [bob.id] },
    });
    const page = await kit.open(bob);
    await page.getByText(`Mention ${process.pid}`).waitFor();
    await page.goto('about:blank');
    const a = chatPage(await kit.open(ann, { path: `/chats/${group.id}` }));
    await a.box.pressSequentially('Hi @Bo');
    await a.page.getByRole('option', { name: 'Bob' }).waitFor();
    await a.box.press('Enter');
    await a.box.press('Enter');
    await a.say('and another message');
    await a.state('and another message', 'Sent');
    const marks = (tab: Page) => tab.getByText('[You were mentioned]');
    await page.goto('/chats');
    await marks(page).waitFor();
    const device = await kit.open(bob, { size: 'phone' });
    await marks(device).waitFor();
    await device.reload();
    await marks(device).waitFor();
    await device.getByRole('link', { name: /Mention/ }).click();
    await chatPage(device).seen('and another message');
    await device.getByRole('button', { name: 'Back to chats' }).click();
    await device.getByText('and another message').waitFor();
    await expect.poll(() => marks(device).count()).toBe(0);
    await expect.poll(() => marks(page).count()).toBe(0);
  });
});

describe('a group whose chat was deleted', () => {
  it('the People page still lists a group whose chat the user deleted', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const name = `Found ${process.pid}`;
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name, members: [bob.id] },
    });
    await kit.call('DELETE', `/chats/${group.id}`, { token: bob.token });
    const page = await kit.open(bob, { path: '/people' });
    await page.getByRole('link', { name: new RegExp(name) }).click();
    await page.waitForURL(`**/chats/${group.id}`);
    await chatPage(page).say('back again');
    await chatPage(page).seen('back again');
  });
});
