import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Media, Problem } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskStorage } from '../../media/disk-storage.ts';
import { S3Storage } from '../../media/s3-storage.ts';
import { type Api, startApi } from '../../start-api.ts';
import { startS3, type TestS3 } from '../../testing/s3.ts';
import { type Person, TestApi } from '../../testing/test-api.ts';
import { placeOf, Uploader } from '../../testing/upload.ts';

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());

const limits = { MAX_UPLOAD: '20MiB', UPLOADS_PER_MINUTE: '1000' };

describe.each<[string, () => Record<string, string>]>([
  ['a folder', () => ({})],
  [
    'S3',
    () => ({
      MEDIA_S3_ENDPOINT: s3.options.endpoint,
      MEDIA_S3_BUCKET: s3.options.bucket,
      MEDIA_S3_ACCESS_KEY: s3.options.accessKey,
      MEDIA_S3_SECRET_KEY: s3.options.secretKey,
    }),
  ],
])('an upload to %s', (_, where) => {
  let api: TestApi;
  let replica: Api;
  let ann: Person;
  let ben: Person;
  beforeAll(async () => {
    api = await TestApi.start({ ...limits, ...where() });
    replica = await startApi(api.config);
    [ann, ben] = await api.people();
  });
  afterAll(async () => {
    await replica.stop();
    await api[Symbol.asyncDispose]();
  });

  const uploader = (person = ann) => new Uploader(api.url, person);
  const elsewhere = (person = ann) => new Uploader(replica.url, person);
  const fetchBytes = async (id: number) => {
    const answer = await uploader().ask('GET', `/v1/media/${id}`);
    return Buffer.from(await answer.arrayBuffer());
  };

  it('comes piece by piece, over several replicas, and is the media in the end', async () => {
    const bytes = randomBytes(300_000);
    const begun = await uploader().create(bytes.length, { name: 'a.bin', type: 'image/png' });
    expect(begun.status).toBe(201);
    expect(begun.headers.get('tus-resumable')).toBe('1.0.0');
    expect(Date.parse(begun.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now());
    const place = placeOf(begun);
    const first = await uploader().patch(place, 0, bytes.subarray(0, 100_000));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '100000']);
    const head = await elsewhere().head(place);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      '100000',
      '300000',
    ]);
    const last = await elsewhere().patch(place, 100_000, bytes.subarray(100_000));
    expect(last.status).toBe(200);
    const media = (await last.json()) as Media;
    expect(media).toEqual({ id: media.id, name: 'a.bin', size: 300_000, mime: 'application/octet-stream' });
    expect(place).toBe(`/v1/media/uploads/${media.id}`);
    expect((await fetchBytes(media.id)).equals(bytes)).toBe(true);
  });

  it('comes with its creation, whole or begun', async () => {
    const media = await uploader().send(Buffer.from('hello'), { name: 'a.txt' });
    expect(media).toMatchObject({ name: 'a.txt', size: 5, mime: 'text/plain' });
    const begun = await uploader().create(5, { bytes: Buffer.from('he') });
    expect([begun.status, begun.headers.get('upload-offset')]).toEqual([201, '2']);
    expect((await uploader().patch(placeOf(begun), 2, Buffer.from('llo'))).status).toBe(200);
    expect(await uploader().send(Buffer.alloc(0))).toMatchObject({ size: 0 });
  });

  it('that broke off goes on where its bytes ended, at another replica', async () => {
    const bytes = randomBytes(3_000_000);
    const place = placeOf(await uploader().create(bytes.length));
    const { port } = new URL(api.url);
    const broken = request({
      ...{ host: '127.0.0.1', port, method: 'PATCH', path: place },
      headers: {
        authorization: `Bearer ${ann.session.accessToken}`,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes.length,
      },
    });
    broken.on('error', () => {});
    broken.write(bytes.subarray(0, 1_000_000));
    // Something of it has arrived; then the line is cut.
    await waitFor(async () => (await elsewhere().head(place)).status === 423, { message: 'nothing arrives' });
    broken.destroy();
    let offset = -1;
    await waitFor(
      async () => {
        const head = await elsewhere().head(place);
        offset = Number(head.headers.get('upload-offset'));
        return head.status === 200;
      },
      { message: 'the lock was not given back' },
    );
    expect(offset).toBeLessThanOrEqual(1_000_000);
    const rest = await elsewhere().patch(place, offset, bytes.subarray(offset));
    expect(rest.status).toBe(200);
    const { id } = (await rest.json()) as Media;
    expect((await fetchBytes(id)).equals(bytes)).toBe(true);
  });

  it('works with a client that others wrote', async () => {
    const bytes = randomBytes(1_000_000);
    const done = await new Promise<{ url: string | null; body: string }>((resolve, reject) => {
      const upload = new Upload(bytes, {
        endpoint: `${api.url}/v1/media`,
        chunkSize: 300_000,
        metadata: { filename: '视频.mp4', filetype: 'video/mp4' },
        headers: { authorization: `Bearer ${ann.session.accessToken}` },
        onError: reject,
        onSuccess: ({ lastResponse }) => resolve({ url: upload.url, body: lastResponse.getBody() }),
      });
      upload.start();
    });
    const media = JSON.parse(done.body) as Media;
    expect(media).toMatchObject({ name: '视频.mp4', size: 1_000_000, mime: 'application/octet-stream' });
    expect((await fetchBytes(media.id)).equals(bytes)).toBe(true);
  });

  it('lets one request at a time write, on whatever replica', async () => {
    const place = placeOf(await uploader().create(10));
    let give: ((bytes: Uint8Array | undefined) => void) | undefined;
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        give = (bytes) => (bytes ? controller.enqueue(bytes) : controller.close());
        controller.enqueue(Buffer.from('01'));
      },
    });
    const first = uploader().patch(place, 0, slow);
    await waitFor(async () => (await elsewhere().head(place)).status === 423, { message: 'it is not locked' });
    const second = await elsewhere().patch(place, 0, Buffer.from('xxxxxxxxxx'));
    expect([second.status, ((await second.json()) as Problem).code]).toEqual([423, 'conflict']);
    give?.(Buffer.from('23456789'));
    give?.(undefined);
    const { id } = (await (await first).json()) as Media;
    expect((await fetchBytes(id)).toString()).toBe('0123456789');
  });

  it('that falls silent is broken off and may be resumed', async () => {
    const impatient = await startApi({ ...api.config, media: { ...api.config.media, uploadSilence: 300 } });
    try {
      const place = placeOf(await uploader().create(10));
      const silence = new ReadableStream<Uint8Array>({ start: (it) => it.enqueue(Buffer.from('012')) });
      const answer = await new Uploader(impatient.url, ann).patch(place, 0, silence);
      expect(answer.status).toBe(408);
      const offset = Number((await uploader().head(place)).headers.get('upload-offset'));
      expect((await uploader().patch(place, offset, Buffer.from('0123456789').subarray(offset))).status).toBe(200);
    } finally {
      await impatient.stop();
    }
  });

  it('is refused at a wrong offset, or beyond its length', async () => {
    const place = placeOf(await uploader().create(4));
    expect((await uploader().patch(place, 1, Buffer.from('a'))).status).toBe(409);
    expect((await uploader().patch(place, 0, Buffer.from('abcdef'))).status).toBe(413);
    const stream = () => new Blob(['abcdef']).stream();
    expect((await uploader().patch(place, 0, stream())).status).toBe(413);
    expect((await uploader().head(place)).status).toBe(200);
  });

  it('is nobody else’s business', async () => {
    const place = placeOf(await uploader().create(4));
    for (const answer of [
      await uploader(ben).head(place),
      await uploader(ben).patch(place, 0, Buffer.from('abcd')),
      await uploader(ben).ask('DELETE', place),
    ]) {
      expect(answer.status).toBe(404);
    }
    for (const [method, path] of [
      ['POST', '/v1/media'],
      ['HEAD', place],
      ['PATCH', place],
      ['DELETE', place],
    ] as const) {
      expect((await fetch(`${api.url}${path}`, { method, headers: { 'tus-resumable': '1.0.0' } })).status).toBe(401);
    }
    expect((await uploader().head(place)).headers.get('upload-offset')).toBe('0');
  });

  it('is its creator’s, whoever they say that it is of', async () => {
    const metadata = { 'upload-metadata': `owner ${Buffer.from(String(ben.id)).toString('base64')}` };
    const place = placeOf(await uploader().create(1, { headers: { ...metadata, 'x-parley-owner': String(ben.id) } }));
    expect([(await uploader().head(place)).status, (await uploader(ben).head(place)).status]).toEqual([200, 404]);
  });

  it('tells what of the protocol is spoken', async () => {
    const { status, headers } = await fetch(`${api.url}/v1/media`, { method: 'OPTIONS' });
    expect([status, headers.get('tus-version'), headers.get('tus-max-size')]).toEqual([204, '1.0.0', '20971520']);
    expect(headers.get('tus-extension')).toBe('creation,creation-with-upload,termination,expiration');
    expect(headers.get('access-control-allow-origin')).toBe(null);
  });

  it('is not there for others until it is whole, nor for its owner', async () => {
    const place = placeOf(await uploader().create(4));
    const id = place.split('/').at(-1);
    for (const what of ['', '/info', '/url', '/thumbnail']) {
      expect((await uploader().ask('GET', `/v1/media/${id}${what}`)).status).toBe(404);
    }
  });

  it('may be given up, with all its bytes', async () => {
    const place = placeOf(await uploader().create(4));
    await uploader().patch(place, 0, Buffer.from('ab'));
    expect((await uploader().ask('DELETE', place)).status).toBe(204);
    expect((await uploader().head(place)).status).toBe(404);
    expect((await uploader().patch(place, 2, Buffer.from('cd'))).status).toBe(404);
  });

  it('whose process died before it looked at the bytes is whole when asked for again', async () => {
    const place = placeOf(await uploader().create(4));
    await uploader().patch(place, 0, Buffer.from('abc'));
    const id = Number(place.split('/').at(-1));
    const { storage_key: key } = await api.db
      .selectFrom('media')
      .select('storage_key')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await storageOf(api).append(key, 3, bytesOf('d'));
    const head = await uploader().head(place);
    expect(head.headers.get('upload-offset')).toBe('4');
    expect((await fetchBytes(id)).toString()).toBe('abcd');
  });

  it('once expired is gone', async () => {
    const place = placeOf(await uploader().create(4));
    const id = Number(place.split('/').at(-1));
    await api.db.updateTable('media').set({ created: 1 }).where('id', '=', id).execute();
    expect((await uploader().head(place)).status).toBe(410);
    const answer = await uploader().patch(place, 0, Buffer.from('abcd'));
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([410, 'not-found']);
  });

  it('is cut when the api stops, for it can be resumed elsewhere', async () => {
    const third = await startApi(api.config);
    const place = placeOf(await uploader().create(10));
    const endless = new ReadableStream<Uint8Array>({ start: (it) => it.enqueue(Buffer.from('01')) });
    const cut = new Uploader(third.url, ann).patch(place, 0, endless).catch(() => {});
    await waitFor(async () => (await uploader().head(place)).status === 423, { message: 'it is not locked' });
    await third.stop();
    await cut;
    expect((await uploader().head(place)).status).toBe(200);
  });

  it('larger than may be is refused before a byte comes', async () => {
    const answer = await uploader().create(20 * 1024 * 1024 + 1);
    expect(answer.status).toBe(413);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'too-large', status: 413 });
  });

  it.each([
    ['no length', { 'upload-length': '' }, 400],
    ['a length that is none', { 'upload-length': '-5' }, 400],
    ['metadata that is none', { 'upload-length': '5', 'upload-metadata': 'filename \u00ff' }, 400],
    ['another version of the protocol', { 'upload-length': '5', 'tus-resumable': '0.2.2' }, 400],
  ])('with %s is refused', async (_, headers, status) => {
    const answer = await uploader().create(5, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code: 'bad-request', status });
  });

  const storageOf = (of: TestApi) =>
    of.config.media.s3 ? new S3Storage(of.config.media.s3) : new DiskStorage(of.config.media.folder);
  async function* bytesOf(text: string) {
    yield Buffer.from(text);
  }
});

it('uploads are limited per user', async () => {
  await using api = await TestApi.start({ UPLOADS_PER_MINUTE: '2' });
  const [ann, ben] = await api.people();
  const uploader = new Uploader(api.url, ann);
  expect([(await uploader.create(1)).status, (await uploader.create(1)).status]).toEqual([201, 201]);
  const refused = await uploader.create(1);
  expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([429, 'too-many']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await new Uploader(api.url, ben).create(1)).status).toBe(201);
});

it('uploads are refused while Redis or PostgreSQL is away, and go on afterwards', async () => {
  await using api = await TestApi.start();
  const ann = await api.person();
  const uploader = new Uploader(api.url, ann);
  const place = placeOf(await uploader.create(4));
  for (const gate of [api.redis, api.postgres]) {
    gate.shut();
    const answer = await uploader.patch(place, 0, Buffer.from('abcd'));
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([503, 'unavailable']);
    gate.open();
    await waitFor(async () => (await uploader.head(place)).status === 200, { message: 'it does not come back' });
  }
  expect((await uploader.patch(place, 0, Buffer.from('abcd'))).status).toBe(200);
});

it('an api whose media cannot be stored does not start, and says why', async () => {
  await using api = await TestApi.start();
  const config = { ...api.config, media: { ...api.config.media, folder: '/dev/null/media' } };
  await expect(startApi(config)).rejects.toThrow('Media cannot be stored: ENOTDIR');
});
