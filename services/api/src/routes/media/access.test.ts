import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { share } from '../../../test/share.ts';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { picture, Uploader } from '../../../test/upload.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let carl: Person;

beforeAll(async () => {
  api = await TestApi.start({ UPLOADS_PER_MINUTE: '1000', MAX_PIXELS: '4000000', MEDIA_URL_TTL: '2s' });
  [ann, ben, carl] = await api.people();
});
afterAll(() => api[Symbol.asyncDispose]());

const as = (person: Person) => new Uploader(api.url, person);
const get = (path: string, headers: Record<string, string> = {}, person = ann) =>
  as(person).ask('GET', path, { headers });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('who may fetch a media', () => {
  it('only the owner of a media file and users with a message that contains it can read it', async () => {
    const { id } = await as(ann).send(await picture(10, 10));
    const paths = ['', '/info', '/thumbnail', '/url'].map((it) => `/v1/media/${id}${it}`);
    const seen = async (person: Person) => {
      const answers = await Promise.all(paths.map((path) => get(path, {}, person)));
      return answers.map((answer) => answer.status);
    };
    const [yes, no] = [
      [200, 200, 200, 200],
      [404, 404, 404, 404],
    ];
    expect([await seen(ann), await seen(ben)]).toEqual([yes, no]);
    await share(api, ann, ben, id);
    expect([await seen(ann), await seen(ben), await seen(carl)]).toEqual([yes, yes, no]);
    await ben.call('delete', `/v1/chats/${ann.id}`);
    expect([await seen(ann), await seen(ben)]).toEqual([yes, no]);
    const missing = await get('/v1/media/5', {}, ben);
    const hidden = await get(`/v1/media/${id}`, {}, ben);
    expect(await missing.text()).toBe(await hidden.text());
    expect((await fetch(`${api.url}/v1/media/${id}`)).status).toBe(401);
  });

  it('a message with a media file grants no access if its sender cannot read the file', async () => {
    const { id } = await as(ann).send(Buffer.from('secret'));
    await share(api, ben, carl, id);
    await share(api, carl, ben, id);
    expect((await get(`/v1/media/${id}`, {}, ben)).status).toBe(404);
    expect((await get(`/v1/media/${id}`, {}, carl)).status).toBe(404);
  });

  it('every user can read the avatar of a user, but only if that user owns the media file', async () => {
    const [mine, foreign] = [await as(ann).send(await picture(9, 9)), await as(ann).send(await picture(9, 9))];
    await ann.call('patch', '/v1/me', { avatar: `/v1/media/${mine.id}` });
    await ben.call('patch', '/v1/me', { avatar: `/v1/media/${foreign.id}` });
    expect((await get(`/v1/media/${mine.id}`, {}, carl)).status).toBe(200);
    expect((await get(`/v1/media/${foreign.id}`, {}, carl)).status).toBe(404);
    expect((await get(`/v1/media/${foreign.id}`, {}, ben)).status).toBe(404);
  });

  it('a sender cannot delete a sent media file, which stays readable for recipients', async () => {
    const { id } = await as(ann).send(Buffer.from('sent'));
    await share(api, ann, ben, id);
    expect((await as(ann).ask('DELETE', `/v1/media/uploads/${id}`)).status).toBe(409);
    expect((await get(`/v1/media/${id}`, {}, ben)).status).toBe(200);
    const unsent = await as(ann).send(Buffer.from('unsent'));
    expect((await as(ann).ask('DELETE', `/v1/media/uploads/${unsent.id}`)).status).toBe(204);
    expect((await get(`/v1/media/${unsent.id}`)).status).toBe(404);
  });
});

describe('an address that needs no token', () => {
  const addresses = async (person: Person, id: number) =>
    (await person.get<{ url: string; thumbnail?: string; expires: number }>(`/v1/media/${id}/url`)).body;

  it('a signed media URL serves the media file and its thumbnail to pages of any site', async () => {
    const bytes = await picture(10, 10);
    const { id } = await as(ann).send(bytes);
    const { url, thumbnail } = await addresses(ann, id);
    const answer = await fetch(`${api.url}${url}`, { headers: { range: 'bytes=0-9' } });
    expect([answer.status, (await bytesOf(answer)).equals(bytes.subarray(0, 10))]).toEqual([206, true]);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect((await fetch(`${api.url}${thumbnail}`)).headers.get('content-type')).toBe('image/webp');
    const text = await as(ann).send(Buffer.from('text'));
    expect(Object.keys(await addresses(ann, text.id))).toEqual(['url', 'expires']);
  });

  it('a signed media URL is valid for one media file, for one user and for a short time', async () => {
    const [one, other] = [await as(ann).send(Buffer.from('1')), await as(ann).send(Buffer.from('2'))];
    const { url, expires } = await addresses(ann, one.id);
    const status = async (path: string) => (await fetch(`${api.url}${path}`)).status;
    expect(await status(url)).toBe(200);
    expect(await status(url.replace(String(one.id), String(other.id)))).toBe(401);
    expect(await status(url.replace(`user=${ann.id}`, `user=${ben.id}`))).toBe(401);
    expect(await status(url.replace(/expires=\d+/, `expires=${expires + 1000}`))).toBe(401);
    expect(await status(url.replace(/signature=./, 'signature='))).toBe(401);
    expect(await status(url.replace(/user=\d+&/, ''))).toBe(401);
    expect(expires - Date.now()).toBeLessThanOrEqual(4000);
    await expect.poll(() => status(url), { timeout: 10_000, interval: 200 }).toBe(401);
  });

  it('a signed media URL becomes invalid when the account of its user is deleted', async () => {
    const { id } = await as(ann).send(await picture(10, 10));
    await share(api, ann, ben, id);
    const { url } = (await (await get(`/v1/media/${id}/url`, {}, ben)).json()) as { url: string };
    const status = async () => (await fetch(api.url + url)).status;
    const deactivate = (deactivated: number | null) =>
      api.db.updateTable('users').set({ deactivated }).where('id', '=', ben.id).execute();
    expect(await status()).toBe(200);
    await deactivate(Date.now());
    expect(await status()).toBe(401);
    await deactivate(null);
  });

  it('a signed media URL becomes invalid when its user can no longer read the media file', async () => {
    const { id } = await as(ann).send(Buffer.from('x'));
    await share(api, ann, ben, id);
    const { url } = await addresses(ben, id);
    expect((await fetch(`${api.url}${url}`)).status).toBe(200);
    await ben.call('delete', `/v1/chats/${ann.id}`);
    expect((await fetch(`${api.url}${url}`)).status).not.toBe(200);
  });
});
