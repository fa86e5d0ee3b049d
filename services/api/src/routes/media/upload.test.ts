import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Media, Problem } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3, type TestS3 } from '../../../test/s3.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { placeOf, Uploader } from '../../../test/upload.ts';
import { DiskStorage } from '../../media/disk-storage.ts';
import { S3Storage } from '../../media/s3-storage.ts';
import { type Api, startApi } from '../../start-api.ts';

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
  beforeAll(async () => {
    api = await TestApi.start({ ...limits, ...where() });
    replica = await startApi(api.config);
    ann = await api.person();
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

  it('an upload can have empty metadata', async () => {
    const begun = await uploader().create(4, { headers: { 'upload-metadata': '' } });
    expect(begun.status).toBe(201);
    const whole = await uploader().patch(placeOf(begun), 0, Buffer.from('abcd'));
    expect(await whole.json()).toMatchObject({ name: 'file', size: 4 });
  });

  it('the parts of an upload can arrive at several replicas', async () => {
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

  it('the request that creates an upload can contain the whole file or its first part', async () => {
    const media = await uploader().send(Buffer.from('hello'), { name: 'a.txt' });
    expect(media).toMatchObject({ name: 'a.txt', size: 5, mime: 'text/plain' });
    const begun = await uploader().create(5, { bytes: Buffer.from('he') });
    expect([begun.status, begun.headers.get('upload-offset')]).toEqual([201, '2']);
    expect((await uploader().patch(placeOf(begun), 2, Buffer.from('llo'))).status).toBe(200);
    expect(await uploader().send(Buffer.alloc(0))).toMatchObject({ size: 0 });
  });

  it('an interrupted upload resumes at another replica from its last stored byte', async () => {
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
    // Waits until a part of the bytes has arrived, before the connection breaks.
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

  it('tus-js-client can upload a file', async () => {
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

  it('an upload has one writer at a time across all replicas', async () => {
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

  it('the api aborts a stalled upload, which the client can resume', async () => {
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

  it('a user can delete an unfinished upload with all its bytes', async () => {
    const place = placeOf(await uploader().create(4));
    await uploader().patch(place, 0, Buffer.from('ab'));
    expect((await uploader().ask('DELETE', place)).status).toBe(204);
    expect((await uploader().head(place)).status).toBe(404);
    expect((await uploader().patch(place, 2, Buffer.from('cd'))).status).toBe(404);
  });

  it('the next request completes an upload whose process died after the last byte', async () => {
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

  it('the api responds 410 to an expired upload', async () => {
    const place = placeOf(await uploader().create(4));
    const id = Number(place.split('/').at(-1));
    await api.db.updateTable('media').set({ created: 1 }).where('id', '=', id).execute();
    expect((await uploader().head(place)).status).toBe(410);
    const answer = await uploader().patch(place, 0, Buffer.from('abcd'));
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([410, 'not-found']);
  });

  it('the api aborts uploads when it stops, because they can resume at another replica', async () => {
    const third = await startApi(api.config);
    const place = placeOf(await uploader().create(10));
    const endless = new ReadableStream<Uint8Array>({ start: (it) => it.enqueue(Buffer.from('01')) });
    const cut = new Uploader(third.url, ann).patch(place, 0, endless).catch(() => {});
    await waitFor(async () => (await uploader().head(place)).status === 423, { message: 'it is not locked' });
    await third.stop();
    await cut;
    expect((await uploader().head(place)).status).toBe(200);
  });

  const storageOf = (of: TestApi) =>
    of.config.media.s3 ? new S3Storage(of.config.media.s3) : new DiskStorage(of.config.media.folder);
  async function* bytesOf(text: string) {
    yield Buffer.from(text);
  }
});
