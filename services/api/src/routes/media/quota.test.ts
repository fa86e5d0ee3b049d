import { connect } from 'node:net';
import type { Problem } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { TestApi } from '../../../test/test-api.ts';
import { placeOf, Uploader } from '../../../test/upload.ts';

const KIB = 1024;

describe('the quota of a user', () => {
  it('the media quota of a user counts stored files and started uploads, but not removed ones', async () => {
    await using api = await TestApi.start({ MEDIA_QUOTA: '100KiB' });
    const [ann, ben] = await api.people();
    const as = new Uploader(api.url, ann);
    const first = await as.create(60 * KIB, { bytes: Buffer.alloc(60 * KIB) });
    expect(first.status).toBe(201);
    const second = await as.create(41 * KIB);
    expect([second.status, ((await second.json()) as Problem).code]).toEqual([413, 'quota']);
    const begun = await as.create(40 * KIB);
    expect(begun.status).toBe(201);
    expect((await as.create(KIB)).status).toBe(413);
    expect((await new Uploader(api.url, ben).create(100 * KIB)).status).toBe(201);
    expect((await as.ask('DELETE', placeOf(begun))).status).toBe(204);
    expect((await as.create(40 * KIB)).status).toBe(201);
  });

  it('concurrent uploads cannot exceed the media quota of a user', async () => {
    await using api = await TestApi.start({ MEDIA_QUOTA: '50KiB' });
    const as = new Uploader(api.url, await api.person());
    const all = await Promise.all(Array.from({ length: 6 }, () => as.create(20 * KIB)));
    expect(all.filter(({ status }) => status === 201)).toHaveLength(2);
  });

  it('uploads of a LayIM page count towards the media quota', async () => {
    await using api = await TestApi.start({ MEDIA_QUOTA: '10KiB' });
    const ann = await api.person();
    const form = new FormData();
    form.append('file', new File([Buffer.alloc(20 * KIB)], 'a.bin'));
    const answer = await fetch(`${api.url}/layim/upload/file?token=${ann.session.accessToken}`, {
      method: 'POST',
      body: form,
    });
    expect(await answer.json()).toMatchObject({ code: 413 });
  });
});

describe('stalled uploads', () => {
  it('stalled LayIM uploads are rejected above FORM_MEMORY and aborted after FORM_TIME', async () => {
    await using api = await TestApi.start({ FORM_MEMORY: '22MiB', FORM_TIME: '1s', MAX_UPLOADS_AT_ONCE: '2' });
    const [ann, ben] = await api.people();
    const { hostname, port } = new URL(api.url);
    const open = (token: string, localAddress = '127.0.0.1') => {
      const socket = connect({ port: Number(port), host: hostname, localAddress });
      const head = [
        `POST /layim/upload/file?token=${token} HTTP/1.1`,
        'host: a',
        'content-type: multipart/form-data; boundary=x',
        `content-length: ${10 * KIB * KIB}`,
      ];
      socket.on('error', () => {});
      socket.write(`${head.join('\r\n')}\r\n\r\n--x\r\n`);
      return new Promise<string>((resolve) => {
        let received = '';
        socket.on('data', (bytes) => {
          received += bytes;
        });
        socket.on('close', () => resolve(received));
      });
    };
    const all = [
      ...Array.from({ length: 6 }, () => open(ann.session.accessToken)),
      open(ben.session.accessToken, '127.0.0.2'),
    ];
    const answers = await Promise.all(all);
    // Each user and each address has room for one form, because neither can use more than half of
    // the memory.
    expect(answers.slice(0, 6).filter((text) => text.includes('"code":429'))).toHaveLength(5);
    expect(answers[6]).toContain('did not arrive in time');
  });

  it('the api limits the number of concurrent uploads per user', async () => {
    await using api = await TestApi.start({ MAX_UPLOADS_AT_ONCE: '2' });
    const as = new Uploader(api.url, await api.person());
    const places: string[] = [];
    for (let i = 0; i < 3; i += 1) places.push(placeOf(await as.create(100)));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = () =>
      new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.alloc(10));
          await held;
          controller.enqueue(Buffer.alloc(90));
          controller.close();
        },
      });
    // Retries, because the third request below might briefly get the slot of one of these two.
    const begin = async (place: string): Promise<Response> => {
      const response = await as.patch(place, 0, slow());
      return response.status === 429 ? begin(place) : response;
    };
    const begun = places.slice(0, 2).map(begin);
    await expect.poll(async () => (await as.patch(places[2] as string, 0, Buffer.alloc(0))).status).toBe(429);
    release();
    expect((await Promise.all(begun)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await as.patch(places[2] as string, 0, Buffer.alloc(100))).status).toBe(200);
  });
});
