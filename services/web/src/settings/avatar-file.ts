import type { Parley } from '@parley/client';
import type { Media } from '@parley/protocol';

/** Maximum width and height of an avatar in pixels. */
const SIDE = 512;

/**
 * Crops a picture to the square at its centre and scales it down.
 *
 * @throws DOMException if the file is not a picture
 */
export async function avatarFrom(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(SIDE, side);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No canvas');
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.width);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('No picture'))), 'image/webp', 0.86),
  );
}

/** Uploads a small file in one request. @throws ParleyError */
export async function uploadSmall(parley: Parley, blob: Blob, name: string): Promise<Media> {
  const response = await parley.request('/media', {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(blob.size),
      'upload-metadata': `filename ${btoa(name)},filetype ${btoa(blob.type)}`,
      'content-type': 'application/offset+octet-stream',
    },
    body: blob,
  });
  return JSON.parse(await response.text());
}
