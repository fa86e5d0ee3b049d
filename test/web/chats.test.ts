import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const item = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
const order = (page: Page) => page.getByRole('region', { name: 'Chats' }).locator('.title').allTextContents();

async function choose(page: Page, name: string, what: string): Promise<void> {
  await item(page, name).getByRole('link').click({ button: 'right' });
  await page.getByRole('menuitem', { name: what, exact: true }).click();
}

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('the list of chats, on a %s', (size) => {
  it("the list of chats shows each chat's preview, time and unread count, and the chat with the newest message first", async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    const page = await kit.open(ann, { size });
    await kit.say(bob, ann, 'first');
    await kit.say(cem, ann, 'second');
    await expect.poll(() => order(page)).toEqual(['Cem', 'Bob']);
    await kit.say(bob, ann, 'third');
    await expect.poll(() => order(page)).toEqual(['Bob', 'Cem']);
    await item(page, 'Bob').getByText('2 unread messages').waitFor({ state: 'attached' });
    await item(page, 'Bob').getByText('third').waitFor();
    expect(await item(page, 'Bob').locator('time').textContent()).toMatch(/^\d\d:\d\d$/);
    await item(page, 'Bob').getByRole('link').click();
    await chatPage(page).seen('third');
    if (size === 'phone') await page.getByRole('button', { name: 'Back to chats' }).click();
    await expect.poll(() => item(page, 'Bob').locator('.badge').count()).toBe(0);
  });
});

describe('single chats', () => {
  it('pinning and muting a chat takes effect on all devices of its owner', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await kit.say(bob, ann, 'one');
    await kit.say(cem, ann, 'two');
    const [page, other] = await Promise.all([kit.open(ann), kit.open(ann, { size: 'phone' })]);
    await choose(page, 'Bob', 'Pin on top');
    await expect.poll(() => order(page)).toEqual(['Bob', 'Cem']);
    await expect.poll(() => order(other)).toEqual(['Bob', 'Cem']);
    await choose(page, 'Bob', 'Mute');
    await item(page, 'Bob').getByText('muted').waitFor({ state: 'attached' });
    await item(other, 'Bob').getByText('muted').waitFor({ state: 'attached' });
    await choose(page, 'Bob', 'Unpin');
    await expect.poll(() => order(page)).toEqual(['Cem', 'Bob']);
  });

  it('the row "Archived" leads to the archived chats; a new message moves its chat back to the list', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await kit.say(bob, ann, 'one');
    await kit.say(cem, ann, 'two');
    const [page, other] = await Promise.all([kit.open(ann), kit.open(ann, { size: 'phone' })]);
    await choose(page, 'Bob', 'Archive');
    for (const each of [page, other]) await expect.poll(() => order(each)).toEqual(['Cem']);
    await other.getByRole('button', { name: 'Archived' }).click();
    await expect.poll(() => order(other)).toEqual(['Bob']);
    await page.reload();
    await page.getByRole('button', { name: 'Archived' }).waitFor();
    expect(await order(page)).toEqual(['Cem']);
    await kit.say(bob, ann, 'three');
    for (const each of [page, other]) {
      await expect.poll(() => order(each)).toEqual(['Bob', 'Cem']);
      expect(await each.getByRole('button', { name: 'Archived' }).count()).toBe(0);
    }
    await choose(page, 'Bob', 'Archive');
    await page.getByRole('button', { name: 'Archived' }).click();
    await choose(page, 'Bob', 'Move out of the archive');
    await expect.poll(() => order(page)).toEqual(['Bob', 'Cem']);
  });

  it('a user can mark a chat as read and as unread', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'hello');
    const page = await kit.open(ann);
    await item(page, 'Bob').getByText('1 unread message').waitFor({ state: 'attached' });
    await choose(page, 'Bob', 'Mark as read');
    await expect.poll(() => item(page, 'Bob').locator('.badge').count()).toBe(0);
    await choose(page, 'Bob', 'Mark as unread');
    await item(page, 'Bob').getByText('marked as unread').waitFor({ state: 'attached' });
    await page.reload();
    await item(page, 'Bob').getByText('marked as unread').waitFor({ state: 'attached' });
    await item(page, 'Bob').getByRole('link').click();
    await expect.poll(() => item(page, 'Bob').locator('.badge').count()).toBe(0);
  });

  it('deleting a chat requires a confirmation, and deletes it only for its owner', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'keep this');
    const page = await kit.open(ann, { path: `/chats/${bob.id}` });
    await chatPage(page).seen('keep this');
    await choose(page, 'Bob', 'Delete chat');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await order(page)).toEqual(['Bob']);
    await choose(page, 'Bob', 'Delete chat');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete chat' }).click();
    await expect.poll(() => order(page)).toEqual([]);
    await page.waitForURL('**/chats');
    const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
    await b.seen('keep this');
    // The next message restores the chat, without the deleted messages.
    await b.say('again');
    await expect.poll(() => order(page)).toEqual(['Bob']);
    await item(page, 'Bob').getByRole('link').click();
    await chatPage(page).seen('again');
    expect(await chatPage(page).texts()).toEqual(['again']);
  });

  it.each(['', '/details'])(
    'a chat that another device deletes stays deleted, even while its page%s is open',
    async (part) => {
      const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
      await kit.say(bob, ann, 'not for long');
      const page = await kit.open(ann, { path: `/chats/${bob.id}${part}` });
      await expect.poll(() => order(page)).toEqual(['Bob']);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
      await kit.call('DELETE', `/chats/${bob.id}`, { token: ann.token });
      await expect.poll(() => order(page)).toEqual([]);
      await kit.say(cem, ann, 'later');
      await expect.poll(() => order(page)).toEqual(['Cem']);
      expect(asked).not.toContain(`PUT /v1/chats/${bob.id}`);
    },
  );

  it('the search finds a chat by its name, and the keyboard alone can open the chat', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await kit.say(bob, ann, 'one');
    await kit.say(cem, ann, 'two');
    const page = await kit.open(ann);
    await page.getByRole('searchbox', { name: 'Search chats' }).fill('bo');
    await expect.poll(() => order(page)).toEqual(['Bob']);
    await page.getByRole('searchbox', { name: 'Search chats' }).fill('');
    await item(page, 'Cem').getByRole('link').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/chats/${bob.id}`);
    await page.keyboard.type('by keys');
    await page.keyboard.press('Enter');
    await chatPage(page).seen('by keys');
  });
});

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('searching all chats, on a %s', (size) => {
  it('the search groups its results; a click on a hit opens the chat at the message, and the list of results stays', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'José Canal', 'Cem');
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name: `Canal walkers, ${size}`, members: [cem.id] },
    });
    await kit.say(cem, ann, 'the canal in C++ is long');
    for (let count = 0; count < 30; count += 1) await kit.say(cem, ann, `filler ${count}`);
    await kit.say(bob, ann, 'C and nothing else');
    await kit.say(cem, group, 'to the canál by bus');
    const page = await kit.open(ann, { size });
    const field = page.getByRole('searchbox', { name: 'Search chats' });
    const results = page.getByRole('group', { name: 'Search results' });
    const hits = results.locator('.hit');
    await field.fill('canal');
    await expect
      .poll(() => results.locator('.title').allTextContents())
      .toEqual(['José Canal', `Canal walkers, ${size}`]);
    await expect.poll(() => results.getByRole('heading').allTextContents()).toEqual(['People', 'Groups', 'Messages']);
    await expect.poll(() => hits.locator('mark').allTextContents()).toEqual(['canál', 'canal']);
    await field.fill('jose');
    await expect.poll(() => results.locator('.title').allTextContents()).toEqual(['José Canal']);
    await field.fill('c++');
    await expect.poll(() => hits.locator('.excerpt').allTextContents()).toEqual(['the canal in C++ is long']);
    await hits.click();
    await chatPage(page).seen('the canal in C++');
    await page.waitForURL(`**/chats/${cem.id}`);
    if (size === 'phone') await page.goBack();
    await hits.waitFor();
    expect(await field.inputValue()).toBe('c++');
  });
});

describe('filters of the search', () => {
  it('without search words, the search filters list messages of a kind, a sender or a day', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    await kit.say(bob, ann, 'see https://parley.example/canal');
    await kit.say(cem, ann, 'from cem');
    const page = await kit.open(ann);
    const found = () => page.locator('.hit .excerpt').allTextContents();
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Kind').selectOption('Links');
    await expect.poll(found).toEqual(['see https://parley.example/canal']);
    await page.getByLabel('From', { exact: true }).selectOption('Cem');
    await page.getByText('Nothing found').waitFor();
    await page.getByLabel('Kind').selectOption('All');
    await expect.poll(found).toEqual(['from cem']);
    await page.getByLabel('To date').fill('2025-02-01');
    await page.getByText('Nothing found').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => order(page)).toEqual(['Cem', 'Bob']);
  });
});

describe('chat details', () => {
  it('the chat details list photos, files and links, which lead to their messages', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    await kit.say(bob, ann, 'read https://www.parley.example/guide?a=1, please');
    const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
    await a.seen('read https');
    await a.sendFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') });
    await a.sendFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('a plan') });
    await a.list.getByText('plan.txt').first().waitFor({ state: 'attached' });
    await a.page.getByRole('link', { name: 'Chat details' }).click();
    const shared = a.page.getByRole('region', { name: 'Shared in this chat' });
    await shared.locator('img').waitFor();
    await shared.getByRole('button', { name: /dot\.png/ }).click();
    await a.page.getByRole('dialog', { name: 'dot.png' }).getByRole('button', { name: 'Close' }).click();
    await shared.getByRole('button', { name: 'Files' }).click();
    await shared.getByRole('button', { name: /plan\.txt/ }).waitFor();
    await shared.getByRole('button', { name: 'Links' }).click();
    const link = shared.getByRole('link', { name: /^parley\.example/ });
    await expect.poll(() => link.getAttribute('href')).toBe('https://www.parley.example/guide?a=1');
    await shared.getByRole('link', { name: 'Show parley.example in the chat' }).click();
    await a.seen('read https');
  });
});

/** A picture of one pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
