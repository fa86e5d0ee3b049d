import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
/** Root URL of a site. `/slow` responds when `release` is called. */
let site: string;
let release: () => void;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
const picture = await readFile(fileURLToPath(new URL('../../services/web/public/icon-512.png', import.meta.url)));
const server = createServer(async ({ url }, response) => {
  if (url === '/slow') await released;
  if (url === '/a.png') response.setHeader('content-type', 'image/png').end(picture);
  else if (url === '/none') response.writeHead(404).end();
  else sendPage(response);
});

function sendPage(response: ServerResponse): void {
  const head = '<title>The <b>title</b></title><meta name="description" content="What it is about">';
  response.setHeader('content-type', 'text/html');
  response.end(`<head>${head}<meta property="og:image" content="/a.png"></head>`);
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kit = await WebKit.start({ env: { LINK_PREVIEWS: 'on', LINK_PREVIEW_NETWORKS: '127.0.0.1' } });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

it('a link has a card with title, description, site and picture, of the same height while it loads', async () => {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  const a = chatPage(await kit.open(ann, { path: `/chats/${bob.id}` }));
  const requests: string[] = [];
  a.page.on('request', (request) => requests.push(request.url()));
  await a.say('Above');
  await a.say(`See ${site}/slow`);
  const card = a.list.locator('.card');
  await card.waitFor();
  const [height, top] = [(await card.boundingBox())?.height, await a.top('Above')];
  release();
  const link = a.list.getByRole('link', { name: 'The <b>title</b> What it is about' });
  await link.waitFor();
  expect(await link.getAttribute('href')).toBe(`${site}/slow`);
  expect(await link.getByText(new URL(site).host).count()).toBe(1);
  await expect.poll(() => link.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
  expect([(await card.boundingBox())?.height, await a.top('Above')]).toEqual([height, top]);
  expect(requests.filter((url) => url.startsWith(site))).toEqual([]);
  expect(await seriousFindings(a.page)).toEqual([]);
});

it('a link to a page that cannot be opened has no card, and no error is logged', async () => {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  await kit.say(ann, bob, `${site}/none`);
  await kit.say(ann, bob, `${site}/page`);
  const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}`, size: 'phone' }));
  await b.list.getByRole('link', { name: 'The <b>title</b>' }).waitFor();
  await expect.poll(() => b.list.locator('.card').count()).toBe(1);
  expect(kit.errors).toEqual([]);
});

it('a user turns previews of their own messages off', async () => {
  const [ann, bob] = await kit.friends('Ann', 'Bob');
  const page = await kit.open(ann, { path: '/settings/privacy' });
  await page.getByRole('switch', { name: 'Show previews of the links in your messages' }).click();
  await page.getByText('Saved').waitFor();
  await kit.say(ann, bob, `${site}/private`);
  await kit.say(bob, ann, `${site}/shown`);
  const b = chatPage(await kit.open(bob, { path: `/chats/${ann.id}` }));
  await b.list.getByRole('link', { name: 'The <b>title</b>' }).waitFor();
  await expect.poll(() => b.list.locator('.card').count()).toBe(1);
});
