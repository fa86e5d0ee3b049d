import type { Media } from '@parley/protocol';
import { createLog } from '@parley/service';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3, type TestS3 } from '../../test/s3.ts';
import { share } from '../../test/share.ts';
import { type Person, TestApi } from '../../test/test-api.ts';
import { picture, placeOf, Uploader } from '../../test/upload.ts';
import { startApi } from '../start-api.ts';
import { MediaStore } from './media-store.ts';

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());

const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const day = 86_400_000;

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
])('the media sweeper with %s', (_, where) => {
  let api: TestApi;
  let store: MediaStore;
  let ann: Person;
  let ben: Person;
  let carl: Person;
  let uploader: Uploader;
  beforeAll(async () => {
    api = await TestApi.start({ UPLOADS_PER_MINUTE: '1000', MAX_UPLOADS_AT_ONCE: '1000', ...where() });
    store = new MediaStore({ ...partsOf(api), config: api.config.media });
    [ann, ben, carl] = await api.people();
    uploader = new Uploader(api.url, ann);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const partsOf = ({ db, redis }: TestApi) => ({ db, redis, log: createLog({ name: 'sweeper', level: 'silent' }) });
  const sweep = (now: number, of: readonly string[] = []) => store.sweeper.sweep(now, of);
  const there = async ({ id }: Media) => (await uploader.ask('GET', `/v1/media/${id}/info`)).status === 200;
  const keyOf = async (id: number) => {
    const query = api.db.selectFrom('media').select('storage_key').where('id', '=', id);
    return (await query.executeTakeFirstOrThrow()).storage_key;
  };

  it('the media sweeper removes unfinished uploads that have expired', async () => {
    const place = placeOf(await uploader.create(10));
    await uploader.patch(place, 0, Buffer.from('abc'));
    const key = await keyOf(Number(place.split('/').at(-1)));
    await sweep(Date.now() + day - 60_000);
    expect((await uploader.head(place)).status).toBe(200);
    await sweep(Date.now() + day + 60_000);
    expect((await uploader.head(place)).status).toBe(404);
    expect(await store.storage.size(key)).toBe(where().MEDIA_S3_ENDPOINT ? 0 : undefined);
  });

  it('the media sweeper keeps uploads in progress', async () => {
    const place = placeOf(await uploader.create(2));
    const later = await api.db
      .updateTable('media')
      .set({ expires: Date.now() + 2 * day })
      .executeTakeFirst();
    expect(later.numUpdatedRows).toBeGreaterThan(0n);
    let finish = () => {};
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('a'));
        finish = () => {
          controller.enqueue(Buffer.from('b'));
          controller.close();
        };
      },
    });
    const patch = uploader.patch(place, 0, slow);
    await waitFor(async () => (await uploader.head(place)).status === 423, { message: 'it is not locked' });
    await sweep(Date.now() + 3 * day);
    finish();
    expect((await patch).status).toBe(200);
  });

  it('the media sweeper removes the files and thumbnails of media that no message contains', async () => {
    const media = await uploader.send(await picture(400, 300));
    const key = await keyOf(media.id);
    await sweep(Date.now() + day - 60_000);
    expect(await there(media)).toBe(true);
    await sweep(Date.now() + day + 60_000);
    expect(await there(media)).toBe(false);
    const left = [];
    for await (const stored of store.storage.list(key.slice(0, 2))) left.push(stored.key);
    expect(left.filter((it) => it.startsWith(key))).toEqual([]);
  });

  it('the media sweeper keeps sent media and avatars in every run', async () => {
    const [sent, avatar] = [await uploader.send(Buffer.from('sent')), await uploader.send(await picture(9, 9))];
    await share(api, ann, ben, sent.id);
    await ann.call('patch', '/v1/me', { avatar: `/v1/media/${avatar.id}` });
    for (const days of [2, 400]) await sweep(Date.now() + days * day, folders);
    expect([await there(sent), await there(avatar)]).toEqual([true, true]);
    await ann.call('patch', '/v1/me', { avatar: null });
    await sweep(Date.now() + 402 * day);
    expect([await there(sent), await there(avatar)]).toEqual([true, false]);
  });

  it('the media sweeper removes a media file once all users have deleted the chats that contain it', async () => {
    const media = await uploader.send(Buffer.from('twice'));
    await share(api, ann, ben, media.id);
    await ann.call('delete', `/v1/chats/${ben.id}`);
    const claims = async () => {
      const query = api.db.selectFrom('media_shares').select('owner_id').where('media_id', '=', media.id);
      return (await query.execute()).map((row) => row.owner_id);
    };
    await expect.poll(claims).toEqual([ben.id]);
    await sweep(Date.now());
    expect(await there(media)).toBe(true);
    await ben.call('delete', `/v1/chats/${ann.id}`);
    await expect.poll(claims).toEqual([]);
    await sweep(Date.now());
    expect(await there(media)).toBe(false);
  });

  it('the media sweeper removes a media file that was sent only by users who have no access to it', async () => {
    const media = await uploader.send(Buffer.from('mine'));
    await share(api, ben, carl, media.id);
    const claims = async () => {
      const query = api.db.selectFrom('media_shares').select('owner_id').where('media_id', '=', media.id);
      return (await query.execute()).length;
    };
    await sweep(Date.now());
    expect(await claims()).toBe(2);
    await sweep(Date.now() + 2 * day);
    expect([await there(media), await claims()]).toEqual([false, 0]);
  });

  it('the media sweeper removes old stored bytes that belong to no media row', async () => {
    const [stray, kept] = ['ab'.repeat(16), await uploader.send(Buffer.from('kept'))];
    await store.storage.put(stray, Buffer.from('stray'));
    await store.storage.put(`${stray}-thumbnail`, Buffer.from('stray'));
    await share(api, ann, ben, kept.id);
    await sweep(Date.now(), folders);
    expect(await store.storage.size(stray)).toBe(5);
    await sweep(Date.now() + 2 * day, folders);
    expect(await store.storage.size(stray)).not.toBe(5);
    expect(await store.storage.size(`${stray}-thumbnail`)).not.toBe(5);
    expect(await there(kept)).toBe(true);
  });

  it('concurrent media sweepers remove all unsent media files and keep a sent one', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => uploader.send(Buffer.from(`${i}`))));
    await share(api, ann, ben, (all[7] as Media).id);
    const others = [1, 2, 3].map(() => new MediaStore({ ...partsOf(api), config: api.config.media }));
    await Promise.all(others.map(({ sweeper }) => sweeper.sweep(Date.now() + 2 * day, folders)));
    const left = await Promise.all(all.map(there));
    expect(left.map((it, i) => (it ? i : -1)).filter((i) => i >= 0)).toEqual([7]);
  });

  it('the media sweeper runs at its interval', async () => {
    const media = await uploader.send(Buffer.from('x'));
    await api.db.updateTable('media').set({ expires: 1 }).where('id', '=', media.id).execute();
    const eager = await startApi({ ...api.config, media: { ...api.config.media, sweepInterval: 20 } });
    try {
      await expect.poll(() => there(media), { timeout: 10_000 }).toBe(false);
    } finally {
      await eager.stop();
    }
  });
});
