import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterEach, expect, it } from 'vitest';
import { hollowPng } from '../../test/hollow-png.ts';
import { picture } from '../../test/upload.ts';
import { SideProcessBusy } from '../side-process/side-process.ts';
import { PictureReader, PictureTooLarge } from './picture-reader.ts';

let reader: PictureReader;

afterEach(() => reader.stop());

function start(options: Partial<ConstructorParameters<typeof PictureReader>[0]> = {}): void {
  const memory = 256 * 1024 * 1024;
  reader = new PictureReader({
    maxPixels: 50_000_000,
    processes: 2,
    memory,
    timeout: 30_000,
    maxPerUser: 4,
    ...options,
  });
}

const read = (user: number, bytes: Buffer) => reader.read(user, () => Readable.from([bytes]));

/** Creates a small file that decodes to 8 bytes per pixel, all at once because it is interlaced. */
function bomb(edge: number): Promise<Buffer> {
  const pixel = { width: edge, height: edge, channels: 4 as const, background: '#36c' };
  return sharp({ create: pixel, limitInputPixels: false }).toColourspace('rgb16').png({ progressive: true }).toBuffer();
}

it('the picture reader measures a picture and makes a thumbnail', async () => {
  start();
  const found = await read(1, await picture(640, 320));
  expect(found).toMatchObject({ width: 640, height: 320 });
  expect(await sharp(found?.thumbnail).metadata()).toMatchObject({ width: 320, height: 160, format: 'webp' });
  expect(await read(1, Buffer.from('no picture'))).toBeUndefined();
});

it('the picture reader rejects a picture with too many pixels before decoding it', async () => {
  start();
  await expect(read(1, hollowPng(50_000, 50_000))).rejects.toThrow(PictureTooLarge);
});

it.runIf(process.platform === 'linux')(
  'the picture reader survives three pictures that decode to 400 MB each',
  async () => {
    start();
    const bytes = await bomb(7000);
    expect(bytes.length).toBeLessThan(5_000_000);
    const before = process.memoryUsage().rss;
    const bombs = [1, 1, 1].map((user) => read(user, bytes).catch((error: unknown) => error));
    expect(await read(2, await picture(10, 10))).toMatchObject({ width: 10 });
    for (const result of await Promise.all(bombs)) expect(result).not.toBeInstanceOf(SideProcessBusy);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  },
);

it("the picture reader reads a user's picture while it reads slow pictures of another user", async () => {
  start({ timeout: 60_000 });
  const [slow, quick] = await Promise.all([bomb(4000), picture(10, 10)]);
  const done: number[] = [];
  const all = [1, 1, 1, 2].map(async (user) => {
    await read(user, user === 1 ? slow : quick).catch(() => {});
    done.push(user);
  });
  await Promise.all(all);
  expect(done.slice(0, 2)).toContain(2);
});

it('the picture reader aborts the decoding of a picture at the time limit', async () => {
  start({ timeout: 50, memory: 2 ** 30 });
  await expect(read(1, await bomb(5000))).rejects.toThrow(PictureTooLarge);
});

it('the picture reader rejects a picture if too many pictures of the same user are waiting', async () => {
  start({ maxPerUser: 1 });
  const bytes = await picture(10, 10);
  const accepted = [read(1, bytes), read(1, bytes)];
  await expect(read(1, bytes)).rejects.toThrow(SideProcessBusy);
  await Promise.all(accepted);
});
