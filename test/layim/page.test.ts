import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Group } from '@parley/protocol';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Person, WebKit } from '../web/kit.ts';

const layui = dirname(createRequire(import.meta.url).resolve('layui'));
let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start({ gateways: 2 });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/**
 * Opens the page at the api's own address, with the published layui, and its socket at a gateway.
 */
async function openPage(person: Person, gateway: 0 | 1): Promise<Page> {
  const page = await (await kit.context()).newPage();
  await page.route('**/page/**', async (route) => {
    const path = new URL(route.request().url()).pathname.slice('/page/'.length);
    const file = path.startsWith('layui/')
      ? join(layui, path.slice('layui/'.length))
      : new URL(`./${path}`, import.meta.url);
    await route.fulfill({ path: String(file instanceof URL ? file.pathname : file) });
  });
  const socket = String(kit.stack.gatewayUrls[gateway]).replace('http', 'ws');
  await page.goto(`/page/page.html?${new URLSearchParams({ token: person.token, socket })}`);
  await page.locator('#send:enabled').waitFor();
  return page;
}

async function say(page: Page, who: string, text: string): Promise<void> {
  await page.locator('#friends li', { hasText: who }).click();
  await page.locator('#text').fill(text);
  await page.locator('#send').click();
}

it('two users on two gateways chat with unchanged LayIM pages and send a picture', async () => {
  const [ann, ben] = await kit.friends('Ann', 'Ben');
  await kit.call<Group>('POST', '/groups', { token: ann.token, body: { name: '周末爬山', members: [ben.id] } });
  const pages = { ann: await openPage(ann, 0), ben: await openPage(ben, 1) };

  expect(await pages.ann.locator('#mine').textContent()).toBe('Ann');
  await pages.ann.locator('#friends li', { hasText: 'Ben' }).waitFor();
  await say(pages.ann, 'Ben', '你好 <b>Ben</b>');
  await pages.ben.locator('#messages li', { hasText: 'Ann: 你好 <b>Ben</b>' }).waitFor();
  await say(pages.ben, 'Ann', 'hello');
  await pages.ann.locator('#messages li', { hasText: 'Ben: hello' }).waitFor();

  await say(pages.ben, '周末爬山', 'to all');
  await pages.ann.locator('#messages li', { hasText: 'Ben: to all' }).waitFor();
  await expect.poll(() => pages.ben.locator('#members li').allTextContents()).toEqual(['Ann', 'Ben']);

  const chooser = pages.ann.waitForEvent('filechooser');
  await pages.ann.locator('#image').click();
  await (await chooser).setFiles({ name: 'dot.png', mimeType: 'image/png', buffer: dot });
  const picture = pages.ben.locator('#messages li', { hasText: 'img[' });
  await picture.waitFor();
  const address = /img\[(.*)\]/.exec((await picture.textContent()) ?? '')?.[1] ?? '';
  const loaded = await pages.ben.request.get(address);
  expect(loaded.headers()['content-type']).toBe('image/png');

  // Each message came once, and only to its recipient: LayIM shows its own by itself.
  expect(await pages.ann.locator('#messages li').count()).toBe(4);
  expect(await pages.ben.locator('#messages li').count()).toBe(4);
});

it('a LayIM page receives a message that was sent while its user was offline', async () => {
  const [ann, ben] = await kit.friends('Ann', 'Ben');
  const page = await openPage(ann, 0);
  await say(page, 'Ben', 'are you there?');
  const later = await openPage(ben, 1);
  await later.locator('#messages li', { hasText: 'Ann: are you there?' }).waitFor();
});

/** A PNG of one pixel. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
