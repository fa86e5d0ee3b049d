import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3, type TestS3 } from '../../test/s3.ts';
import { DiskStorage } from './disk-storage.ts';
import { S3Storage } from './s3-storage.ts';
import type { Storage } from './storage.ts';

let folder: string;
let s3: TestS3;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-media-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3.stop();
  await rm(folder, { recursive: true });
});

const newKey = (folder = 'ab') => `${folder}${randomBytes(15).toString('hex')}`;

async function* pieces(...parts: (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe.each<[string, () => Storage]>([
  ['on disk', () => new DiskStorage(join(folder, 'media'))],
  ['in S3', () => new S3Storage(s3.options)],
])('a storage %s', (_, create) => {
  let storage: Storage;
  beforeAll(async () => {
    storage = create();
    await storage.open();
  });

  const read = (key: string, start: number, end: number) => buffer(storage.read(key, { start, end }));

  it('bytes that are appended in parts can be read through another client of the same storage', async () => {
    const [key, content] = [newKey(), randomBytes(20 * 1024 * 1024 + 3)];
    await storage.create(key);
    expect(await storage.size(key)).toBe(0);
    expect(await storage.append(key, 0, pieces(content.subarray(0, 5)))).toBe(5);
    const other = create();
    expect(await other.size(key)).toBe(5);
    const rest = Array.from({ length: 330 }, (_, i) => content.subarray(5 + i * 65_536, 5 + (i + 1) * 65_536));
    expect(await other.append(key, 5, pieces(...rest))).toBe(content.length);
    expect(await storage.size(key)).toBe(content.length);
    expect((await read(key, 0, content.length - 1)).equals(content)).toBe(true);
    for (const [start, end] of [
      [0, 0],
      [4, 5],
      [3, 8_388_613],
      [8_388_612, 8_388_614],
      [content.length - 1, content.length - 1],
    ] as const) {
      expect((await read(key, start, end)).equals(content.subarray(start, end + 1))).toBe(true);
    }
  });

  it('a storage keeps the bytes that it received before the source failed', async () => {
    const key = newKey();
    await storage.create(key);
    const broken = storage.append(key, 0, pieces(Buffer.from('abc'), new Error('gone')));
    await expect(broken).rejects.toThrow('gone');
    const kept = (await storage.size(key)) ?? 0;
    expect(await storage.append(key, kept, pieces(Buffer.from('abcdef').subarray(kept)))).toBe(6);
    expect((await read(key, 0, 5)).toString()).toBe('abcdef');
  });

  it('a storage replaces a whole object and deletes an object', async () => {
    const key = `${newKey()}-thumbnail`;
    await storage.put(key, Buffer.from('old'));
    await storage.put(key, Buffer.from('new'));
    expect((await read(key, 0, 2)).toString()).toBe('new');
    await storage.remove(key);
    await storage.remove(key);
    await expect(read(key, 0, 2)).rejects.toThrow();
  });

  it('a storage lists each key that begins with two given digits once', async () => {
    const [one, two] = [newKey('cd'), newKey('cd')];
    const began = Date.now() - 5000;
    for (const key of [one, two]) {
      await storage.create(key);
      await storage.append(key, 0, pieces(Buffer.from('a')));
      await storage.append(key, 1, pieces(Buffer.from('b')));
    }
    const found = await all(storage.list('cd'));
    expect(found.map((it) => it.key).sort()).toEqual([one, two].sort());
    for (const { modified } of found) expect(modified).toBeGreaterThan(began);
    expect(await all(storage.list('ef'))).toEqual([]);
  });
});

it('the storage on disk rejects a key that leads outside of its folder', async () => {
  const storage = new DiskStorage(folder);
  await expect(storage.create('../../etc/passwd')).rejects.toThrow('No key');
  await expect(storage.size('ab/../../x')).rejects.toThrow('No key');
});

it('the storage in S3 reports that the store is unavailable or rejects requests', async () => {
  const away = new S3Storage({ ...s3.options, endpoint: 'http://127.0.0.1:1' });
  await expect(away.open()).rejects.toThrow('The media store does not respond');
  const wrong = new S3Storage({ ...s3.options, accessKey: 'nobody' });
  await expect(wrong.open()).rejects.toThrow('The media store refuses the call: 403');
  const elsewhere = new S3Storage({ ...s3.options, bucket: 'nowhere' });
  await expect(elsewhere.open()).rejects.toThrow('NoSuchBucket');
});

it('the storage in S3 lists keys that fill more than one page', async () => {
  const storage = new S3Storage(s3.options);
  const key = newKey('ee');
  for (let i = 0; i < 5; i += 1) await storage.append(key, i, pieces(Buffer.from('x')));
  const names = await all(s3.bucket.list('ee/', 2));
  expect(names.map((it) => it.size)).toEqual([1, 1, 1, 1, 1]);
});
