import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chatPage } from './chat-page.ts';
import { sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const looks = Object.keys(sizes).flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ size: size as keyof typeof sizes, colorScheme })),
);

describe.each(looks)('axe on a $size, $colorScheme', (look) => {
  it('axe has no serious findings in the list of chats, in a chat, and in its menus and details', async () => {
    const [ann, bob, cem] = await kit.friends('Ann', 'Bob', 'Cem');
    const group = await kit.call<{ id: number }>('POST', '/groups', {
      token: ann.token,
      body: { name: `G ${look.size} ${look.colorScheme} ${process.pid}`, members: [bob.id, cem.id] },
    });
    await kit.say(bob, ann, 'hello https://example.org');
    await kit.say(cem, group, 'hi all');
    const page = await kit.open(ann, look);
    await page.getByText('hello').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.goto(`/chats/${group.id}`);
    const a = chatPage(page);
    await a.say('my own');
    await a.seen('my own');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page.getByRole('button', { name: 'Send 1 file' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send 1 file' }).click();
    await a.list.getByRole('button', { name: 'Download a.txt' }).waitFor();
    await a.bubble('hi all').dispatchEvent('contextmenu', { clientX: 100, clientY: 200 });
    await page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('menuitem', { name: 'React with 👍' }).click();
    await a.list.getByRole('button', { name: /^👍 1/ }).waitFor();
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Search emoji' }).waitFor();
    await page.locator('[data-emoji]').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search messages' }).fill('hi');
    await page
      .getByRole('region', { name: 'Search in this chat' })
      .getByRole('button', { name: /hi all/ })
      .waitFor({ timeout: 20_000 });
    expect(await seriousFindings(page)).toEqual([]);
    await page.goto(`/chats/${group.id}/details`);
    await page.getByText('3 members').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.goto('/groups/new');
    await page.getByRole('checkbox', { name: /Bob/ }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  }, 120_000);
});
