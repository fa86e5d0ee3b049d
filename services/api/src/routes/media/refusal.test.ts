import type { Problem } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { placeOf, Uploader } from '../../../test/upload.ts';
import { startApi } from '../../start-api.ts';

describe('an upload', () => {
  let api: TestApi;
  let ann: Person;
  let ben: Person;
  beforeAll(async () => {
    api = await TestApi.start({ MAX_UPLOAD: '20MiB', UPLOADS_PER_MINUTE: '1000' });
    [ann, ben] = await api.people();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const uploader = (person = ann) => new Uploader(api.url, person);

  it('the api rejects bytes of an upload at a wrong offset or beyond its length', async () => {
    const place = placeOf(await uploader().create(4));
    expect((await uploader().patch(place, 1, Buffer.from('a'))).status).toBe(409);
    expect((await uploader().patch(place, 0, Buffer.from('abcdef'))).status).toBe(413);
    const stream = () => new Blob(['abcdef']).stream();
    expect((await uploader().patch(place, 0, stream())).status).toBe(413);
    expect((await uploader().head(place)).status).toBe(200);
  });

  it('other users cannot access an upload', async () => {
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

  it('an upload belongs to the user who created it, whatever its metadata states', async () => {
    const metadata = { 'upload-metadata': `owner ${Buffer.from(String(ben.id)).toString('base64')}` };
    const place = placeOf(await uploader().create(1, { headers: { ...metadata, 'x-parley-owner': String(ben.id) } }));
    expect([(await uploader().head(place)).status, (await uploader(ben).head(place)).status]).toEqual([200, 404]);
  });

  it('OPTIONS lists the supported extensions of tus and the maximum size', async () => {
    const { status, headers } = await fetch(`${api.url}/v1/media`, { method: 'OPTIONS' });
    expect([status, headers.get('tus-version'), headers.get('tus-max-size')]).toEqual([204, '1.0.0', '20971520']);
    expect(headers.get('tus-extension')).toBe('creation,creation-with-upload,termination,expiration');
    expect(headers.get('access-control-allow-origin')).toBe(null);
  });

  it('a media file cannot be read until its upload is complete', async () => {
    const place = placeOf(await uploader().create(4));
    const id = place.split('/').at(-1);
    for (const what of ['', '/info', '/url', '/thumbnail']) {
      expect((await uploader().ask('GET', `/v1/media/${id}${what}`)).status).toBe(404);
    }
  });

  it('the api rejects an upload above the maximum size before reading its bytes', async () => {
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
  ])('an upload with %s is rejected', async (_, headers, status) => {
    const answer = await uploader().create(5, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code: 'bad-request', status });
  });
});

it('the api limits the uploads per minute of a user', async () => {
  await using api = await TestApi.start({ UPLOADS_PER_MINUTE: '2' });
  const [ann, ben] = await api.people();
  const uploader = new Uploader(api.url, ann);
  expect([(await uploader.create(1)).status, (await uploader.create(1)).status]).toEqual([201, 201]);
  const refused = await uploader.create(1);
  expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([429, 'too-many']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await new Uploader(api.url, ben).create(1)).status).toBe(201);
});

it('the api rejects an upload while Redis or PostgreSQL is down; the client can resume it afterwards', async () => {
  await using api = await TestApi.start();
  const ann = await api.person();
  const uploader = new Uploader(api.url, ann);
  const place = placeOf(await uploader.create(4));
  for (const gate of [api.redisGate, api.postgres]) {
    gate.shut();
    const answer = await uploader.patch(place, 0, Buffer.from('abcd'));
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([503, 'unavailable']);
    gate.open();
    await waitFor(async () => (await uploader.head(place)).status === 200, {
      message: 'the upload is not available again',
    });
  }
  expect((await uploader.patch(place, 0, Buffer.from('abcd'))).status).toBe(200);
});

it('an api without writable media storage does not start and reports the reason', async () => {
  await using api = await TestApi.start();
  const config = { ...api.config, media: { ...api.config.media, folder: '/dev/null/media' } };
  await expect(startApi(config)).rejects.toThrow('Media cannot be stored: ENOTDIR');
});
