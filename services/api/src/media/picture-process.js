// Runs in a process of its own (`PictureReader`), whose memory and time are limited: a small file can unpack to gigabytes, and a
// decoder can have faults. Gets a message `{maxPixels, edge}` and the file as `{chunk}`s, and replies with what it found.
import { PassThrough } from 'node:stream';
import sharp from 'sharp';

// One picture is one thread, and nothing of it is kept afterwards.
sharp.concurrency(1);
sharp.cache(false);
// Of all loaders only those of `pictureTypes`: faults of the others are out of reach.
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

let input = new PassThrough();

process.on('message', async ({ maxPixels, edge, chunk, end }) => {
  if (chunk) return input.write(chunk);
  if (end) return input.end();
  input = new PassThrough();
  input.on('error', () => {});
  process.send({ result: await read(input, maxPixels, edge) });
});
// The service is gone.
process.on('disconnect', () => process.exit());
process.send({ ready: true });

/** Measures a picture as it is shown (turned as its camera says) and makes a thumbnail of it. */
async function read(bytes, maxPixels, edge) {
  const image = sharp({ limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true, pages: 1 });
  bytes.pipe(image);
  try {
    const { width, height, orientation = 1 } = await image.metadata();
    // Before anything is unpacked.
    if (width * height > maxPixels) return { kind: 'too-many-pixels' };
    const size = { width: edge, height: edge, fit: 'inside', withoutEnlargement: true };
    const thumbnail = await image.autoOrient().resize(size).webp({ quality: 75 }).toBuffer();
    const turned = orientation >= 5;
    return { kind: 'picture', width: turned ? height : width, height: turned ? width : height, thumbnail };
  } catch (error) {
    return { kind: error.message.includes('exceeds pixel limit') ? 'too-many-pixels' : 'none' };
  } finally {
    // What still comes is dropped.
    bytes.unpipe(image);
    bytes.resume();
  }
}
