import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

async function groupOf(...names: [string, string, string]) {
  const people = await kit.friends(...names);
  const [ann, ben, cem] = people;
  const body = { name: `Info ${crypto.randomUUID().slice(0, 8)}`, members: [ben.id, cem.id] };
  const { id } = await kit.call<{ id: number }>('POST', '/groups', { token: ann.token, body });
  return { people, id };
}

describe('message details', () => {
  it("the details of the user's own message in a group list the members who have read and who have received it", async () => {
    const { people, id } = await groupOf('Ann', 'Ben', 'Cem');
    const [ann, ben, cem] = people;
    const message = await kit.say(ann, { id }, 'who reads this?');
    await kit.post(ben, { type: 'mark', chat: id, read: message });
    await kit.post(cem, { type: 'mark', chat: id, delivered: message });
    const page = await kit.open(ann, { path: `/chats/${id}`, size: 'phone' });
    const a = chatPage(page);
    await a.choose('who reads this?', 'Message details');
    const names = (list: string) => page.getByRole('list', { name: list }).getByRole('listitem').locator('.ui-name');
    await names('Read by').first().waitFor();
    expect(await names('Read by').allTextContents()).toEqual(['Ben']);
    expect(await names('Delivered to').allTextContents()).toEqual(['Cem']);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('the list of readers is updated while it is open', async () => {
    const { people, id } = await groupOf('Ann', 'Ben', 'Cem');
    const [ann, ben, cem] = people;
    const message = await kit.say(ann, { id }, 'news');
    const page = await kit.open(ann, { path: `/chats/${id}` });
    await chatPage(page).choose('news', 'Message details');
    await page.getByText('Nobody yet').waitFor();
    const names = page.getByRole('list', { name: 'Read by' }).locator('.ui-name');
    for (const [reader, expected] of [
      [ben, ['Ben']],
      [cem, ['Ben', 'Cem']],
    ] as const) {
      await kit.post(reader, { type: 'mark', chat: id, read: message });
      await expect.poll(() => names.allTextContents(), { timeout: 30_000 }).toEqual(expected);
    }
  });

  it("the details of another user's message show sender and dates, but no readers", async () => {
    const { people, id } = await groupOf('Ann', 'Ben', 'Cem');
    const [ann, ben] = people;
    await kit.say(ben, { id }, 'hello');
    const page = await kit.open(ann, { path: `/chats/${id}` });
    await chatPage(page).choose('hello', 'Message details');
    const dialog = page.getByRole('dialog', { name: 'Message details' });
    await dialog.getByText('Ben', { exact: true }).waitFor();
    await dialog.getByText('Sent', { exact: true }).waitFor();
    expect(await dialog.getByText('Read by').count()).toBe(0);
  });
});

describe('the list of pinned messages', () => {
  it('the list of pinned messages leads to each message and can unpin it', async () => {
    const [ann, ben] = await kit.friends('Ann', 'Ben');
    for (const text of ['the address', 'the date']) {
      const id = await kit.say(ben, ann, text);
      await kit.post(ann, { type: 'pin', ref: text, chat: ben.id, id, active: true });
    }
    const page = await kit.open(ann, { path: `/chats/${ben.id}` });
    await page.getByRole('button', { name: 'Show all pinned messages' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pinned messages' });
    const rows = dialog.getByRole('listitem');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.first().textContent()).toContain('the date');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Unpin: the date' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    await rows.getByRole('button', { name: /Ben.*the address/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.message.marked', { hasText: 'the address' }).waitFor();
  });
});
