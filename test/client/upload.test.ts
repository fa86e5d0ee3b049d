import { randomBytes } from 'node:crypto';
import { Parley, type ParleyOptions, type SavedSession } from '@parley/client';
import { type UploadOptions, upload } from '@parley/client/upload';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
let ann: Parley;
beforeAll(async () => {
  stack = await startTestStack({ env: { MAX_UPLOAD: '5MiB', UPLOADS_PER_MINUTE: '1000' } });
  ann = new Parley({ api: stack.apiUrl });
  await ann.register({ username: `ann-${process.pid}`, password: 'correct horse battery' });
}, 120_000);
afterAll(() => stack?.stop());

const bytes = randomBytes(3 * 1024 * 1024);
const file = () => new Blob([bytes]);

/** Creates a client of the same user in another page, whose requests use this `fetch`. */
function elsewhere(options: Partial<ParleyOptions>): Parley {
  return new Parley({ api: stack.apiUrl, session: ann.session as SavedSession, ...options });
}

async function content(id: number): Promise<Buffer> {
  return Buffer.from(await (await ann.request(`/media/${id}`)).arrayBuffer());
}

describe('an upload', () => {
  it('an upload reports its progress and resolves with the media that a message needs', async () => {
    const told: number[] = [];
    const options: UploadOptions = { name: '图 1.bin', progress: (sent, size) => told.push(sent, size) };
    const { id, ...media } = await upload(ann, file(), options).done;
    expect(media).toMatchObject({ name: '图 1.bin', size: bytes.length, mime: expect.any(String) });
    expect(told.filter((_, i) => i % 2 === 1).every((size) => size === bytes.length)).toBe(true);
    const sent = told.filter((_, i) => i % 2 === 0);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.at(-1)).toBe(bytes.length);
    expect((await content(id)).equals(bytes)).toBe(true);
  });

  it('an empty file can be uploaded', async () => {
    expect(await upload(ann, new Blob([]), { name: 'empty.txt' }).done).toMatchObject({ name: 'empty.txt', size: 0 });
  });

  it('a paused upload resumes at the byte where it stopped', async () => {
    let once = true;
    const begun = upload(ann, file(), {
      progress: (sent) => {
        if (sent > 0 && once) begun.pause();
        once &&= sent === 0;
      },
    });
    await waitFor(() => begun.state === 'paused');
    const { sent } = begun;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(bytes.length);
    begun.resume();
    expect((await content((await begun.done).id)).equals(bytes)).toBe(true);
  });

  it('an upload resumes after the connection broke, and after the page was reloaded', async () => {
    let broken = 0;
    const breaking: typeof fetch = async (input, init) => {
      if (init?.method === 'PATCH' && broken < 3) {
        broken += 1;
        // The second request arrives, but its response does not.
        if (broken === 2) await fetch(input, init);
        throw new TypeError('network error');
      }
      return fetch(input, init);
    };
    const first = upload(elsewhere({ fetch: breaking }), file());
    await waitFor(() => broken === 3 && first.sent > 0);
    first.pause();
    const media = await upload(ann, file(), { id: first.id as number }).done;
    expect(media.id).toBe(first.id);
    expect((await content(media.id)).equals(bytes)).toBe(true);
  });

  it('an upload with limited retries fails without a network; another upload with its id resumes it', async () => {
    let requests = 0;
    const offline: typeof fetch = async (input, init) => {
      if (init?.method !== 'PATCH' && init?.method !== 'HEAD') return fetch(input, init);
      requests += 1;
      throw new TypeError('network error');
    };
    const first = upload(elsewhere({ fetch: offline }), file(), { retries: 2 });
    await expect(first.done).rejects.toMatchObject({ retry: true, status: 0 });
    expect(first.state).toBe('failed');
    expect(requests).toBe(3);
    const { id } = await upload(ann, file(), { id: first.id as number }).done;
    expect(id).toBe(first.id);
    expect((await content(id)).equals(bytes)).toBe(true);
  });

  it('cancelling a failed upload deletes it on the server', async () => {
    const breaking: typeof fetch = async (input, init) => {
      if (init?.method === 'PATCH') throw new TypeError('network error');
      return fetch(input, init);
    };
    const failed = upload(elsewhere({ fetch: breaking }), file(), { retries: 0 });
    await expect(failed.done).rejects.toMatchObject({ status: 0 });
    await failed.cancel();
    await expect(ann.request(`/media/uploads/${failed.id}`, { method: 'HEAD' })).rejects.toMatchObject({ status: 404 });
  });

  it('an upload starts over if the server has deleted it', async () => {
    const media = await upload(ann, file(), { id: 999_999_999 }).done;
    expect((await content(media.id)).equals(bytes)).toBe(true);
  });

  it('the server rejects a file that is too large; cancelling an upload deletes it on the server', async () => {
    const large = upload(ann, new Blob([new Uint8Array(6 * 1024 * 1024)]));
    await expect(large.done).rejects.toMatchObject({ code: 'too-large', status: 413 });
    expect(large.state).toBe('failed');
    const unwanted = upload(ann, file(), { progress: (sent) => sent > 0 && unwanted.pause() });
    await waitFor(() => unwanted.state === 'paused');
    await unwanted.cancel();
    await expect(unwanted.done).rejects.toMatchObject({ code: 'aborted' });
    await expect(ann.request(`/media/uploads/${unwanted.id}`, { method: 'HEAD' })).rejects.toMatchObject({
      status: 404,
    });
  });
});
