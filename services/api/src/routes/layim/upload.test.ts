import { readLayimKey } from '@parley/redis';
import { sealLayimMedia } from '@parley/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Person, TestApi } from '../../../test/test-api.ts';
import { picture } from '../../../test/upload.ts';

let api: TestApi;
let ann: Person;
beforeAll(async () => {
  api = await TestApi.start({ MEDIA_UNSENT_TTL: '3s', MEDIA_SWEEP_INTERVAL: '50ms' });
  ann = await api.person();
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
});

/** Uploads a file as LayIM does: in a form with the field `file`, with the token in the URL. */
async function upload(kind: 'image' | 'file', bytes: Buffer | undefined, name = 'a.png'): Promise<Uploaded> {
  const form = new FormData();
  if (bytes) form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
  else form.append('other', 'x');
  const address = `${api.url}/layim/upload/${kind}?token=${ann.session.accessToken}`;
  const answer = await fetch(address, { method: 'POST', body: form });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Uploaded;
}

it('a picture that LayIM uploads gets a URL that the page can load without a token', async () => {
  const bytes = await picture(20, 10);
  const { code, msg, data } = await upload('image', bytes, '图.png');
  expect([code, msg, data.name]).toEqual([0, '', '图.png']);
  // LayIM reads `img[…]` up to a blank or bracket.
  expect(data.src).toMatch(/^\/layim\/media\/[^\s[\]()]+$/);
  const loaded = await fetch(api.url + data.src);
  expect(loaded.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await loaded.arrayBuffer())).toEqual(bytes);
});

it('a file that LayIM uploads gets a download URL that keeps its name', async () => {
  const { code, data } = await upload('file', Buffer.from('<script>alert(1)</script>'), 'page.html');
  expect([code, data.name]).toEqual([0, 'page.html']);
  const loaded = await fetch(api.url + data.src);
  expect(loaded.headers.get('content-type')).toBe('application/octet-stream');
  expect(loaded.headers.get('content-disposition')).toMatch(/^attachment; filename="page.html"/);
});

it('the sweeper keeps a file that LayIM uploaded, although no message contains it', async () => {
  const { data } = await upload('file', Buffer.from('kept'), 'kept.txt');
  const { data: refused } = (await upload('image', Buffer.from('no picture'))) as { data: { src?: string } };
  expect(refused.src).toBeUndefined();
  // Waits until the refused upload has disappeared, which shows that the sweeper has run.
  const names = async () =>
    (await api.db.selectFrom('media').select(['name', 'mime']).execute()).map((row) => row.name);
  await expect.poll(names, { timeout: 10_000 }).not.toContain('a.png');
  expect(await (await fetch(api.url + data.src)).text()).toBe('kept');
});

it('the URL of a file that LayIM uploaded cannot be guessed', async () => {
  const { data } = await upload('file', Buffer.from('secret'), 'x.txt');
  const other = (await upload('file', Buffer.from('other'), 'y.txt')).data.src;
  const [id, seal] = [data.src.split('/')[3], other.split('/')[4]];
  for (const path of [`/layim/media/${id}/${seal}`, `/layim/media/${id}/x`, `/layim/media/${id}`, '/layim/media/7/x']) {
    const answer = await fetch(api.url + path);
    expect(((await answer.json()) as Uploaded).code).not.toBe(0);
  }
});

it('the URL of a file that LayIM uploaded expires', async () => {
  const { data } = await upload('image', await picture(20, 10));
  const id = Number(data.src.split('/')[3]);
  const key = await readLayimKey(api.redis);
  const loadAfter = async (ms: number) => {
    const address = sealLayimMedia(key, id, ann.id, Date.now() - ms);
    return (await fetch(api.url + address)).headers.get('content-type');
  };
  expect(await loadAfter(29 * 86_400_000)).toBe('image/png');
  expect(await loadAfter(30 * 86_400_000)).toMatch(/json/);
});

it('the api rejects an upload with an error that LayIM shows', async () => {
  expect(await upload('image', Buffer.from('no picture'))).toMatchObject({
    code: 400,
    msg: 'This file is not a picture.',
  });
  expect(await upload('file', undefined)).toMatchObject({ code: 400, msg: 'file: A file is required' });
  const large = await upload('file', Buffer.alloc(11 * 1024 * 1024), 'large.bin');
  expect(large).toMatchObject({ code: 413, msg: 'At most 10 MiB can be sent.' });
  const stranger = await fetch(`${api.url}/layim/upload/file`, { method: 'POST', body: new FormData() });
  expect(await stranger.json()).toMatchObject({ code: 401 });
});

interface Uploaded {
  code: number;
  msg: string;
  data: { src: string; name: string };
}
