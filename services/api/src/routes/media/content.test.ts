import { randomBytes } from 'node:crypto';
import type { Media, Problem } from '@parley/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hollowPng } from '../../../test/hollow-png.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { picture, Uploader } from '../../../test/upload.ts';

let api: TestApi;
let ann: Person;

beforeAll(async () => {
  api = await TestApi.start({ UPLOADS_PER_MINUTE: '1000', MAX_PIXELS: '4000000', MEDIA_URL_TTL: '2s' });
  ann = await api.person();
});
afterAll(() => api[Symbol.asyncDispose]());

const as = (person: Person) => new Uploader(api.url, person);
const get = (path: string, headers: Record<string, string> = {}, person = ann) =>
  as(person).ask('GET', path, { headers });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

// The beginning of a video file.
const film = Buffer.concat([
  Buffer.from('0000001c667479706d703432000000006d70343269736f6d', 'hex'),
  randomBytes(500_000),
]);

describe('a film', () => {
  let media: Media;
  let path: string;
  beforeAll(async () => {
    media = await as(ann).send(film, { name: 'holiday.mp4', type: 'video/mp4' });
    path = `/v1/media/${media.id}`;
  });

  it('a video can be streamed, because the api responds to a range request with only that range', async () => {
    expect(media.mime).toBe('video/mp4');
    const answer = await get(path, { range: 'bytes=1000-1999' });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes 1000-1999/${film.length}`);
    expect(answer.headers.get('content-length')).toBe('1000');
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename="holiday.mp4"/);
    expect((await bytesOf(answer)).equals(film.subarray(1000, 2000))).toBe(true);
    expect((await bytesOf(await get(path, { range: 'bytes=-10' }))).equals(film.subarray(-10))).toBe(true);
    const rest = await get(path, { range: 'bytes=499000-' });
    expect((await bytesOf(rest)).equals(film.subarray(499_000))).toBe(true);
  });

  it('the api serves a whole video if the request has no range or an invalid one', async () => {
    for (const range of [undefined, 'bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2']) {
      const answer = await get(path, range === undefined ? {} : { range });
      expect([answer.status, answer.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
      expect((await bytesOf(answer)).equals(film)).toBe(true);
    }
  });

  it('the api responds 416 to a range beyond the end of a video', async () => {
    const answer = await get(path, { range: `bytes=${film.length}-` });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${film.length}`]);
  });

  it('the api responds to If-Range with the range only if the media file is unchanged', async () => {
    const tag = (await get(path)).headers.get('etag') ?? '';
    const range = 'bytes=0-1';
    expect((await get(path, { range, 'if-range': tag })).status).toBe(206);
    expect((await get(path, { range, 'if-range': '"other"' })).status).toBe(200);
    expect((await get(path, { range, 'if-range': `W/${tag}` })).status).toBe(200);
    expect((await get(path, { range, 'if-range': new Date().toUTCString() })).status).toBe(200);
    for (const known of [tag, `"x", ${tag}`, `W/${tag}`, '*']) {
      expect((await get(path, { 'if-none-match': known })).status).toBe(304);
    }
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await get(path)).headers.get('cache-control')).toBe('private, no-cache');
  });

  it('HEAD of a media file responds with its size', async () => {
    const answer = await as(ann).ask('HEAD', path);
    expect([answer.status, answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual([
      200,
      String(film.length),
      'video/mp4',
    ]);
    const part = await as(ann).ask('HEAD', path, { headers: { range: 'bytes=0-9' } });
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
  });

  it('a client can abort downloads of a video', async () => {
    for (let i = 0; i < 20; i += 1) {
      const stop = new AbortController();
      const answer = await as(ann).ask('GET', path, { signal: stop.signal });
      await answer.body?.getReader().read();
      stop.abort();
    }
    expect((await bytesOf(await get(path))).equals(film)).toBe(true);
  });

  it('a video has no thumbnail and has the dimensions that its uploader declared', async () => {
    expect((await get(`${path}/thumbnail`)).status).toBe(404);
    const metadata = { width: '640', height: '360', duration: '12.5' };
    const lies = { width: '1e9', height: '-1', duration: 'NaN' };
    const upload = async (values: Record<string, string>) => {
      const encoded = Object.entries(values).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
      return as(ann).send(film, { headers: { 'upload-metadata': encoded.join(',') } });
    };
    expect(await upload(metadata)).toMatchObject({ width: 640, height: 360, duration: 12.5, name: 'file' });
    expect(Object.keys(await upload(lies)).sort()).toEqual(['id', 'mime', 'name', 'size']);
  });
});

describe('a picture', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)(
    'a picture of type %s is measured, shown inline and scaled down',
    async (type) => {
      const media = await as(ann).send(await picture(800, 400, type), { name: `a.${type}` });
      expect(media).toMatchObject({ mime: `image/${type}`, width: 800, height: 400 });
      const answer = await get(`/v1/media/${media.id}`);
      expect(answer.headers.get('content-disposition')).toMatch(/^inline/);
      const small = await get(`/v1/media/${media.id}/thumbnail`);
      expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
      expect(await sharp(await bytesOf(small)).metadata()).toMatchObject({ width: 320, height: 160, format: 'webp' });
    },
  );

  it('a picture has its displayed dimensions and a thumbnail without metadata', async () => {
    const turned = await sharp(await picture(60, 30, 'jpeg'))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const media = await as(ann).send(turned);
    expect(media).toMatchObject({ width: 30, height: 60 });
    const small = await sharp(await bytesOf(await get(`/v1/media/${media.id}/thumbnail`))).metadata();
    expect([small.width, small.height, small.exif]).toEqual([30, 60, undefined]);
  });

  it('the api rejects and deletes a picture that needs too much memory', async () => {
    const bomb = hollowPng(50_000, 50_000);
    expect(bomb.length).toBeLessThan(1000);
    const before = await api.db.selectFrom('media').select('id').execute();
    const answer = await as(ann).create(bomb.length, { bytes: bomb });
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([413, 'too-large']);
    expect(await api.db.selectFrom('media').select('id').execute()).toEqual(before);
    expect((await as(ann).create(5, { bytes: Buffer.from('after') })).status).toBe(201);
  });

  it('the api stores a file that only begins like a picture as an ordinary file', async () => {
    const fake = Buffer.concat([(await picture(10, 10)).subarray(0, 40), Buffer.from('<script>alert(1)</script>')]);
    const media = await as(ann).send(fake, { name: 'a.png', type: 'image/png' });
    expect(media).toEqual({ id: media.id, name: 'a.png', size: fake.length, mime: 'application/octet-stream' });
    expect((await get(`/v1/media/${media.id}`)).headers.get('content-disposition')).toMatch(/^attachment/);
  });
});

describe('active content', () => {
  it.each([
    ['a page', 'page.png', 'image/png', '<!doctype html><script>alert(1)</script>'],
    ['a drawing', 'a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a drawing that says it is XML', 'a.svg', 'image/svg+xml', '<?xml version="1.0"?><svg onload="alert(1)"/>'],
    ['XML', 'a.xml', 'image/jpeg', '<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['a document', 'a.pdf', 'video/mp4', '%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>'],
    ['a script', 'a.js', 'audio/mpeg', 'alert(1)'],
    ['an archive', 'a.zip', 'image/gif', 'PK\u0003\u0004\u0014\u0000'],
  ])(
    'the api serves %s only as a download, whatever name or type its uploader declared',
    async (_, name, type, text) => {
      const media = await as(ann).send(Buffer.from(text), { name, type });
      expect(media.mime).not.toBe(type);
      const { headers } = await get(`/v1/media/${media.id}`);
      expect(headers.get('content-type')).toBe('application/octet-stream');
      expect(headers.get('content-disposition')).toMatch(/^attachment; /);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
      expect((await get(`/v1/media/${media.id}/thumbnail`)).status).toBe(404);
    },
  );

  it('special characters in a file name cannot change the path or the header', async () => {
    const media = await as(ann).send(Buffer.from('x'), { name: '../..\\\u202egnp.\r\nX: y".exe' });
    expect(media.name).toBe('gnp.X: y".exe');
    const header = (await get(`/v1/media/${media.id}`)).headers.get('content-disposition');
    expect(header).toBe(`attachment; filename="gnp.X: y_.exe"; filename*=UTF-8''gnp.X%3A%20y%22.exe`);
  });

  it('a video container counts as audio if its uploader declares it as audio of the same format', async () => {
    expect((await as(ann).send(film, { type: 'audio/mp4' })).mime).toBe('audio/mp4');
    expect((await as(ann).send(film, { type: 'audio/mpeg' })).mime).toBe('video/mp4');
  });
});
