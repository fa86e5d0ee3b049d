import type { Readable } from 'node:stream';
import sharp from 'sharp';

// One picture is one thread, and nothing of it is kept afterwards.
sharp.concurrency(1);
sharp.cache(false);
// Of all that can be loaded, only what `pictureTypes` names: whatever is wrong with the others is not ours.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
  ],
});

/**
 * Measures a picture, as it is shown (turned as its camera says), and makes one of at most {@link thumbnailEdge} pixels a side of it.
 * Undefined for what cannot be read as a picture. Two at a time: each is held in memory as long as it takes.
 *
 * @throws TooManyPixels before anything is unpacked, when the picture would have more than `maxPixels`
 */
export async function lookAt(open: () => Readable, maxPixels: number): Promise<Picture | undefined> {
  while (atWork.size >= 2) await Promise.race(atWork);
  const work = look(open(), maxPixels);
  const done = work.then(
    () => {},
    () => {},
  );
  atWork.add(done);
  try {
    return await work;
  } finally {
    atWork.delete(done);
  }
}

const atWork = new Set<Promise<void>>();

async function look(bytes: Readable, maxPixels: number): Promise<Picture | undefined> {
  const image = sharp({ limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true, pages: 1 });
  bytes.on('error', (error) => image.destroy(error));
  bytes.pipe(image);
  try {
    const { width, height, orientation = 1 } = await image.metadata();
    if (width * height > maxPixels) throw new TooManyPixels(maxPixels);
    const edge = { width: thumbnailEdge, height: thumbnailEdge, fit: 'inside', withoutEnlargement: true } as const;
    const thumbnail = await image.autoOrient().resize(edge).webp({ quality: 75 }).timeout({ seconds: 20 }).toBuffer();
    return orientation >= 5 ? { width: height, height: width, thumbnail } : { width, height, thumbnail };
  } catch (error) {
    if (bytes.errored) throw bytes.errored;
    if (error instanceof TooManyPixels) throw error;
    if (error instanceof Error && error.message.includes('exceeds pixel limit')) {
      throw new TooManyPixels(maxPixels);
    }
    return undefined;
  } finally {
    bytes.destroy();
  }
}

/** A picture has more pixels than the server decodes. */
export class TooManyPixels extends Error {
  override name = 'TooManyPixels';

  constructor(maxPixels: number) {
    super(`The picture has more than ${maxPixels} pixels. Make it smaller and upload it again.`);
  }
}

/** Pixels. */
export const thumbnailEdge = 320;

/** What a thumbnail is. */
export const thumbnailType = 'image/webp';

export interface Picture {
  width: number;
  height: number;
  thumbnail: Buffer;
}
