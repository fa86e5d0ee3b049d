import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LinkPreview, Problem } from '@parley/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hollowPng } from '../../../test/hollow-png.ts';
import { seedMessages } from '../../../test/seed.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';

let api: TestApi;
let site: string;
/** Paths that were requested, in order. */
const requested: string[] = [];
/** Handlers of paths. Each test adds its own. */
const paths = new Map<string, (response: ServerResponse, request: IncomingMessage) => unknown>();
const server = createServer((request, response) => {
  const path = request.url ?? '';
  requested.push(path);
  const handler = paths.get(path);
  if (handler === undefined) response.writeHead(404).end();
  else void handler(response, request);
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = await TestApi.start({
    ...{ LINK_PREVIEWS: 'on', LINK_PREVIEW_NETWORKS: '127.0.0.1', LINK_PREVIEW_CONCURRENCY: '8' },
    ...{ LINK_PREVIEW_CACHE: '3', LINK_PREVIEW_MAX_PICTURE: '100KiB', LINK_PREVIEWS_PER_MINUTE: '12' },
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const page = (head: string) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<head>${head}</head><body>`);
const picture = (bytes: Buffer, type = 'image/png') => {
  return (response: ServerResponse) => response.writeHead(200, { 'content-type': type }).end(bytes);
};
const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

let count = 0;
/** Returns a path that no other test uses. */
const path = () => `/${++count}`;

type Answer = { preview: LinkPreview | null };
const previewOf = (reader: Person, chat: number, message: number) =>
  reader.call<Answer & Problem>('get', `/v1/chats/${chat}/messages/${message}/link-preview`);

/** Sends a text from Ann to Ben, and returns its preview as Ben gets it. */
async function preview(text: string, [ann, ben]: readonly Person[] = people): Promise<LinkPreview | null> {
  if (ann === undefined || ben === undefined) throw new Error('two people');
  const [id = 0] = await seedMessages(api.db, [{ from: ann.id, to: ben.id, text }]);
  const { status, body } = await previewOf(ben, ann.id, id);
  expect(status).toBe(200);
  return body.preview;
}
let people: Person[] = [];
const freshPeople = async () => {
  people = await api.people();
  return people as [Person, Person, Person];
};

describe('the preview of a link', () => {
  it('a link preview contains title, description, site and a thumbnail of the picture', async () => {
    await freshPeople();
    const at = path();
    paths.set(
      at,
      page(`<title>T</title><meta name=description content=D><meta property="og:image" content="${at}.png">`),
    );
    paths.set(`${at}.png`, picture(await png(900, 450)));
    const found = await preview(`See http://${site}${at}#part, and http://${site}/other.`);
    expect(found).toEqual({
      ...{ url: `http://${site}${at}#part`, site, title: 'T', description: 'D' },
      picture: { url: expect.stringMatching(/^data:image\/webp;base64,/), width: 900, height: 450 },
    });
    const { width, height, format } = await sharp(
      Buffer.from(found?.picture?.url.split(',')[1] ?? '', 'base64'),
    ).metadata();
    expect([width, height, format]).toEqual([320, 160, 'webp']);
  });

  it('the preview of a link to a picture contains the picture', async () => {
    await freshPeople();
    const at = path();
    paths.set(at, picture(await png(40, 20)));
    expect(await preview(`http://${site}${at}`)).toMatchObject({ title: null, picture: { width: 40, height: 20 } });
  });

  it('the api fetches a page once for all readers and messages, including concurrent requests', async () => {
    const [ann, ben, cem] = await freshPeople();
    const at = path();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    paths.set(at, async (response) => {
      await held;
      page('<title>once</title>')(response);
    });
    const text = `http://${site}${at}`;
    const [first = 0, second = 0] = await seedMessages(api.db, [
      { from: ann.id, to: ben.id, text },
      { from: ann.id, to: cem.id, text: `${text}#other-part` },
    ]);
    const answers = [previewOf(ben, ann.id, first), previewOf(ann, ben.id, first), previewOf(cem, ann.id, second)];
    await expect.poll(() => requested.filter((each) => each === at).length).toBe(1);
    release();
    for (const { body } of await Promise.all(answers)) expect(body.preview?.title).toBe('once');
    expect((await previewOf(ben, ann.id, first)).body.preview?.title).toBe('once');
    expect(requested.filter((each) => each === at)).toHaveLength(1);
  });

  it('a preview is null without a link and for a page that cannot be shown, which is not fetched again', async () => {
    await freshPeople();
    expect(await preview('no link')).toBeNull();
    const kinds: [type: string, status: number][] = [
      ['text/html', 500],
      ['application/pdf', 200],
      ['', 200],
    ];
    for (const [type, status] of kinds) {
      const at = path();
      paths.set(at, (response) => response.writeHead(status, { 'content-type': type }).end('<title>T</title>'));
      for (let i = 0; i < 2; i += 1) expect(await preview(`http://${site}${at}`), type).toBeNull();
      expect(requested.filter((each) => each === at)).toHaveLength(1);
    }
  });

  it('an edit of the message changes its link preview', async () => {
    const [ann, ben] = await freshPeople();
    const at = path();
    paths.set(at, page('<title>edited</title>'));
    const [id = 0] = await seedMessages(api.db, [{ from: ann.id, to: ben.id, text: 'no link' }]);
    const body = JSON.stringify({ type: 'text', text: `http://${site}${at}` });
    await api.db.updateTable('messages').set({ body }).where('id', '=', id).execute();
    expect((await previewOf(ann, ben.id, id)).body.preview?.title).toBe('edited');
  });
});

describe('who gets a preview', () => {
  it('only readers of a message can get its link preview', async () => {
    const [ann, ben, cem] = await freshPeople();
    const [id = 0] = await seedMessages(api.db, [{ from: ann.id, to: ben.id, text: `http://${site}/` }]);
    expect(await previewOf(cem, ann.id, id)).toMatchObject({ status: 404 });
    expect(await previewOf(ben, ann.id, id - 1)).toMatchObject({ status: 404 });
  });

  it('the api fetches no page if the sender has turned link previews off', async () => {
    const [ann, ben] = await freshPeople();
    const at = path();
    paths.set(at, page('<title>private</title>'));
    await ann.call('patch', '/v1/me', { privacy: { linkPreviews: false } });
    expect(await preview(`http://${site}${at}`, [ann, ben])).toBeNull();
    expect(requested).not.toContain(at);
    expect((await ann.get('/v1/me/account')).body).toMatchObject({ privacy: { linkPreviews: false } });
    // Previews of messages to this user still work, because the setting applies to the sender.
    expect(await preview(`http://${site}${at}`, [ben, ann])).toMatchObject({ title: 'private' });
  });

  it('a user who has a quarter of the allowed link preview requests in flight gets 503, while other users get their previews', async () => {
    const [ann, ben, cem] = await freshPeople();
    const slow = [path(), path(), path()];
    const waiting: ServerResponse[] = [];
    for (const at of slow) paths.set(at, (response) => waiting.push(response));
    const at = path();
    paths.set(at, page('<title>fast</title>'));
    const texts = [...slow, at].map((each) => ({ from: ann.id, to: ben.id, text: `http://${site}${each}` }));
    const ids = await seedMessages(api.db, texts);
    const [one, two, three] = ids.map((id) => () => previewOf(ben, ann.id, id));
    const pending = [one?.(), two?.()];
    await expect.poll(() => waiting.length).toBe(2);
    const refused = await three?.();
    expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await preview(`http://${site}${at}`, [ben, cem])).toMatchObject({ title: 'fast' });
    for (const response of waiting) response.destroy();
    for (const answer of await Promise.all(pending)) expect(answer?.body.preview).toBeNull();
  });

  it('a user above the limit of pages per minute gets 429, but still gets cached previews', async () => {
    const [ann, ben] = await freshPeople();
    const at = path();
    paths.set(at, page('<title>cached</title>'));
    const texts = Array.from({ length: 13 }, (_, i) => ({ from: ann.id, to: ben.id, text: `http://${site}/no-${i}` }));
    const ids = await seedMessages(api.db, [...texts, { from: ann.id, to: ben.id, text: `http://${site}${at}` }]);
    const last = ids.pop() as number;
    expect((await previewOf(ann, ben.id, last)).body.preview?.title).toBe('cached');
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await previewOf(ben, ann.id, id)).status);
    expect(statuses).toEqual([...Array(12).fill(200), 429]);
    expect((await previewOf(ann, ben.id, last)).body.preview?.title).toBe('cached');
  });
});

describe('the cache', () => {
  it('the cache keeps the newest link previews, up to the configured number', async () => {
    await freshPeople();
    for (let i = 0; i < 5; i += 1) {
      const at = path();
      paths.set(at, page(`<title>${i}</title>`));
      await preview(`http://${site}${at}`);
    }
    const rows = await api.db.selectFrom('link_previews').select('preview').orderBy('stored').execute();
    expect(rows.map(({ preview }) => (preview as LinkPreview).title)).toEqual(['2', '3', '4']);
  });

  it('the api fetches a page again after its preview has expired', async () => {
    await freshPeople();
    const at = path();
    paths.set(at, page('<title>before</title>'));
    expect(await preview(`http://${site}${at}`)).toMatchObject({ title: 'before' });
    paths.set(at, page('<title>after</title>'));
    await api.db
      .updateTable('link_previews')
      .set({ expires: Date.now() - 1 })
      .execute();
    expect(await preview(`http://${site}${at}`)).toMatchObject({ title: 'after' });
  });
});

describe('a hostile page', () => {
  it.each([
    ['a script', () => 'javascript:alert(1)'],
    ['a file', () => 'file:///etc/passwd'],
    ['a private address', () => 'http://10.0.0.1/a.png'],
    ['a metadata service', () => 'http://169.254.169.254/a.png'],
    ['data', () => 'data:image/png;base64,iVBORw0KGgo='],
    ['a page', () => `http://${site}/page-as-picture`],
    ['a bomb', () => `http://${site}/bomb.png`],
    ['too many bytes', () => `http://${site}/large.png`],
    ['no picture at all', () => `http://${site}/text.png`],
  ])('a preview has no picture if the page declares %s as its picture', async (_, address) => {
    await freshPeople();
    paths.set('/page-as-picture', page(''));
    paths.set('/bomb.png', picture(hollowPng(30_000, 30_000)));
    paths.set('/large.png', picture(Buffer.alloc(200_000)));
    paths.set('/text.png', picture(Buffer.from('<svg onload="alert(1)"/>')));
    const at = path();
    paths.set(at, page(`<title>T</title><meta property="og:image" content="${address()}">`));
    expect(await preview(`http://${site}${at}`)).toMatchObject({ title: 'T', picture: null });
  });

  it('the api fetches no preview from itself or from a store', async () => {
    await freshPeople();
    for (const address of [api.url.replace('127.0.0.1', '127.0.0.2'), 'http://[::1]:6379', 'http://localhost:5432'])
      expect(await preview(address), address).toBeNull();
  });
});

it('the api fetches no link previews if LINK_PREVIEWS is off', async () => {
  await using other = await TestApi.start({ LINK_PREVIEW_NETWORKS: '127.0.0.1' });
  const [ann, ben] = await other.people();
  const at = path();
  paths.set(at, page('<title>T</title>'));
  const [id = 0] = await seedMessages(other.db, [{ from: ann.id, to: ben.id, text: `http://${site}${at}` }]);
  expect((await previewOf(ben, ann.id, id)).body).toEqual({ preview: null });
  expect((await other.call('get', '/v1/info')).body).toMatchObject({ linkPreviews: false });
  expect((await api.call('get', '/v1/info')).body).toMatchObject({ linkPreviews: true });
  expect(requested).not.toContain(at);
});
